package io.drkit.kubernetes;

import io.drkit.testkit.workload.TestNamespace;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A test's namespace, by a client of its own. */
final class ApiNamespace implements TestNamespace {

    private final KubernetesClient client;
    private final String name;

    /** @param client is closed with this */
    ApiNamespace(KubernetesClient client, String name) {
        this.client = client;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void create(String manifest) {
        client.resource(manifest).inNamespace(name).create();
    }

    @Override
    public void delete(String kind, String object) {
        resource(kind, object).delete();
    }

    @Override
    public void scale(String kind, String object, int replicas) {
        patch(kind, object, "{\"spec\":{\"replicas\":" + replicas + "}}");
    }

    @Override
    public int replicas(String kind, String object) {
        return LiveWorkload.of(get(kind, object)).replicas();
    }

    @Override
    public Map<String, String> annotations(String kind, String object) {
        Map<String, String> annotations = new TreeMap<>();
        Map<String, String> there = get(kind, object).getMetadata().getAnnotations();
        if (there != null) {
            annotations.putAll(there);
        }
        // What a merge patch takes away, the mock server keeps as null; a real one does not (RFC 7396).
        annotations.values().removeIf(Objects::isNull);
        return annotations;
    }

    @Override
    public void annotate(String kind, String object, String annotation, String value) {
        patch(kind, object, "{\"metadata\":{\"annotations\":{\"" + annotation + "\":\"" + value + "\"}}}");
    }

    @Override
    public Set<String> pods(String claim) {
        Set<String> pods = new TreeSet<>();
        client.pods().inNamespace(name).list().getItems().stream()
                .filter(pod -> Mounts.of(pod).contains(claim))
                .forEach(pod -> pods.add(pod.getMetadata().getName()));
        return pods;
    }

    @Override
    public void close() {
        try (client) {
            client.apps().deployments().inNamespace(name).delete();
            client.apps().statefulSets().inNamespace(name).delete();
            client.apps().daemonSets().inNamespace(name).delete();
            client.apps().replicaSets().inNamespace(name).delete();
            client.replicationControllers().inNamespace(name).delete();
            client.batch().v1().cronjobs().inNamespace(name).delete();
            client.batch().v1().jobs().inNamespace(name).delete();
            client.pods().inNamespace(name).withGracePeriod(0).delete();
            client.namespaces().withName(name).delete();
        }
    }

    private void patch(String kind, String object, String patch) {
        resource(kind, object).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    private HasMetadata get(String kind, String object) {
        return resource(kind, object).require();
    }

    private Resource<? extends HasMetadata> resource(String kind, String object) {
        return switch (kind) {
            case "Deployment" -> client.apps().deployments().inNamespace(name).withName(object);
            case "StatefulSet" -> client.apps().statefulSets().inNamespace(name).withName(object);
            case "ReplicaSet" -> client.apps().replicaSets().inNamespace(name).withName(object);
            case "ReplicationController" ->
                client.replicationControllers().inNamespace(name).withName(object);
            case "CronJob" -> client.batch().v1().cronjobs().inNamespace(name).withName(object);
            case "Pod" -> client.pods().inNamespace(name).withName(object);
            case "Job" -> client.batch().v1().jobs().inNamespace(name).withName(object);
            case "PersistentVolumeClaim" ->
                client.persistentVolumeClaims().inNamespace(name).withName(object);
            default -> throw new IllegalArgumentException("Tests have no " + kind + ".");
        };
    }
}
