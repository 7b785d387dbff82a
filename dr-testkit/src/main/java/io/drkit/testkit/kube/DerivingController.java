package io.drkit.testkit.kube;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What kube-controller-manager's controllers make of what they see, and an operator with them: a Deployment without a ReplicaSet of its own gets
 * one, of another name and uid than the primary's; a StatefulSet a ControllerRevision and its pods; a ReplicaSet as many pods as it asks for, and no
 * more; a Job its pod; a Service that chooses pods an Endpoints and an EndpointSlice; a namespace its {@code default} service account and the
 * certificate of this cluster; a custom resource of a kind given, that is owned by nothing, children of its own.
 *
 * <p>It acts a moment after it saw something, as the real ones, and does nothing about what is being deleted, or in a namespace that is.
 */
public final class DerivingController extends Controller {

    /** Real ones take a few milliseconds, and more when they are busy. */
    private static final Duration MOMENT = Duration.ofMillis(20);

    private static final Set<String> DERIVING =
            Set.of("Deployment", "ReplicaSet", "StatefulSet", "Job", "Service", "Namespace");

    private final Set<String> parents;

    /**
     * Starts it.
     *
     * @param store to act on; stays the caller's
     * @param acts where it tells what it made and deleted
     * @param parents kinds of custom resources that have children
     */
    public DerivingController(KeyStore store, Acts acts, long seed, Set<String> parents) {
        super("deriving controller", store, acts, seed, Duration.ofSeconds(1));
        this.parents = Set.copyOf(parents);
        start();
    }

    @Override
    void observed(@Nullable Seen before, @Nullable Seen now, boolean byMyself) {
        if (now != null) {
            look(now);
        }
        if (before != null && now == null) {
            look(before);
            for (OwnerReference owner : before.object().owners()) {
                cache.ofUid(owner.uid()).forEach(key -> later(key, MOMENT));
            }
            String namespace = before.object().namespace();
            if (namespace != null) {
                later(Bytes.utf8("/registry/namespaces/" + namespace), MOMENT);
            }
        }
    }

    private void look(Seen seen) {
        if (DERIVING.contains(seen.object().kind())
                || parents.contains(seen.object().kind())) {
            later(seen.key(), MOMENT);
        }
    }

    @Override
    void sweep() {
        cache.all().forEach(this::look);
    }

    @Override
    void reconcile(Bytes key) {
        Seen seen = cache.get(key).orElse(null);
        if (seen == null) {
            forgetService(key);
            return;
        }
        StoredObject object = seen.object();
        if (object.isBeingDeleted() || !admits(object.namespace())) {
            return;
        }
        switch (object.kind()) {
            case "Deployment" -> {
                if (cache.dependents(object.uid(), "ReplicaSet").isEmpty()) {
                    ObjectNode set = child(object, "apps/v1", "ReplicaSet");
                    set.putObject("spec").put("replicas", seen.edit().replicas());
                    create("replicasets", object, set);
                }
            }
            case "StatefulSet" -> {
                if (cache.dependents(object.uid(), "ControllerRevision").isEmpty()) {
                    create(
                            "controllerrevisions",
                            object,
                            child(object, "apps/v1", "ControllerRevision").put("revision", 1));
                }
                pods(object, seen.edit().replicas(), true);
            }
            case "ReplicaSet" -> pods(object, seen.edit().replicas(), false);
            case "Job" -> pods(object, Math.min(1, seen.edit().replicas()), false);
            case "Service" -> endpoints(seen);
            case "Namespace" -> furnish(object);
            default -> {
                // Others are looked at too, when somebody else was quicker to make them.
                if (parents.contains(object.kind())
                        && object.owners().isEmpty()
                        && cache.dependents(object.uid()).isEmpty()) {
                    String folder = key.utf8().substring("/registry/".length(), folderEnd(key, object));
                    create(folder, object, child(object, object.apiVersion(), object.kind()));
                }
            }
        }
    }

    private static int folderEnd(Bytes key, StoredObject object) {
        String tail = (object.namespace() == null ? "" : "/" + object.namespace()) + "/" + object.name();
        return key.utf8().length() - tail.length();
    }

    private void pods(StoredObject owner, int wanted, boolean numbered) {
        List<Seen> pods = cache.dependents(owner.uid(), "Pod");
        for (int i = 0; pods.size() + i < wanted; i++) {
            ObjectNode pod = child(owner, "v1", "Pod");
            if (numbered) {
                pod.withObjectProperty("metadata").put("name", owner.name() + "-" + freeNumber(owner, wanted, i));
            }
            pod.putObject("status").put("phase", "Pending");
            create("pods", owner, pod);
        }
        for (int i = wanted; i < pods.size(); i++) {
            delete(pods.get(i).entry());
        }
    }

    /** The number of the first pod, but {@code skipped}, whose name nobody has. */
    private int freeNumber(StoredObject owner, int wanted, int skipped) {
        int left = skipped;
        for (int number = 0; number < wanted; number++) {
            Bytes key = Bytes.utf8("/registry/pods/" + owner.namespace() + "/" + owner.name() + "-" + number);
            if (cache.get(key).isEmpty() && left-- == 0) {
                return number;
            }
        }
        return wanted;
    }

    private void endpoints(Seen service) {
        StoredObject object = service.object();
        if (!service.edit().hasSelector()) {
            return;
        }
        ObjectNode endpoints = Json.object("v1", "Endpoints", object.namespace(), object.name(), uid());
        if (cache.get(endpointsKey(object.namespace(), object.name())).isEmpty()) {
            create(endpointsKey(object.namespace(), object.name()), Json.bytes(endpoints));
        }
        if (cache.dependents(object.uid(), "EndpointSlice").isEmpty()) {
            create(
                    "endpointslices",
                    object,
                    child(object, "discovery.k8s.io/v1", "EndpointSlice").put("addressType", "IPv4"));
        }
    }

    private static Bytes endpointsKey(@Nullable String namespace, String name) {
        return Bytes.utf8("/registry/services/endpoints/" + namespace + "/" + name);
    }

    /** A Service that is gone takes its Endpoints along, which have no owner. */
    private void forgetService(Bytes key) {
        String services = "/registry/services/specs/";
        if (key.utf8().startsWith(services)) {
            String[] parts = key.utf8().substring(services.length()).split("/", -1);
            cache.get(endpointsKey(parts[0], parts[1])).ifPresent(seen -> delete(seen.entry()));
        }
    }

    private void furnish(StoredObject namespace) {
        String name = namespace.name();
        Map.of(
                        "serviceaccounts",
                        Json.object("v1", "ServiceAccount", name, "default", uid()),
                        "configmaps",
                        Json.object("v1", "ConfigMap", name, "kube-root-ca.crt", uid()))
                .forEach((folder, object) -> {
                    if (object.path("kind").asText().equals("ConfigMap")) {
                        object.putObject("data").put("ca.crt", "the standby's");
                    }
                    Bytes key = Bytes.utf8("/registry/" + folder + "/" + name + "/"
                            + object.path("metadata").path("name").asText());
                    // Live, for one that cannot be read is there nevertheless.
                    if (admits(name) && cache.get(key).isEmpty() && live(key) == null) {
                        create(key, Json.bytes(object));
                    }
                });
    }

    private ObjectNode child(StoredObject owner, String apiVersion, String kind) {
        String name = owner.name() + "-" + Integer.toString(random.nextInt(1 << 30), 36);
        return Json.owned(Json.object(apiVersion, kind, owner.namespace(), name, uid()), owner);
    }

    private String uid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    /** In the owner's namespace. */
    private void create(String folder, StoredObject owner, ObjectNode object) {
        String namespace = owner.namespace();
        create(
                Bytes.utf8("/registry/" + folder + "/" + (namespace == null ? "" : namespace + "/")
                        + object.path("metadata").path("name").asText()),
                Json.bytes(object));
    }
}
