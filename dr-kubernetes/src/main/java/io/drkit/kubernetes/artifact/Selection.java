package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** Which objects of a namespace are not a person's to carry elsewhere, and why. A reason is short, for objects are counted by it. */
final class Selection {

    /** Empty for an object that belongs into an archive. */
    static final String NONE = "";

    private static final Set<String> DERIVED_RESOURCES = Set.of(
            "events",
            "events.events.k8s.io",
            "endpoints",
            "endpointslices.discovery.k8s.io",
            "leases.coordination.k8s.io",
            "leasecandidates.coordination.k8s.io",
            "controllerrevisions.apps",
            "csistoragecapacities.storage.k8s.io",
            "podcertificaterequests.certificates.k8s.io");

    /** Replication, snapshots and backups of volumes belong to one site: elsewhere they would push, restore or delete. */
    private static final Set<String> GROUPS_OF_ONE_SITE =
            Set.of("volsync.backube", "snapshot.storage.k8s.io", "velero.io", "metrics.k8s.io");

    private static final Set<String> TOKENS =
            Set.of("kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token");

    private static final Set<String> AUTHORITIES =
            Set.of("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert");

    /** Addresses and authorities of the one control plane: elsewhere they would lead nodes and extensions to the wrong one. */
    private static final Set<String> OF_CONTROL_PLANE = Set.of(
            "kube-public/cluster-info",
            "kube-system/extension-apiserver-authentication",
            "kube-system/kube-apiserver-legacy-service-account-token-tracking",
            "kube-system/kube-proxy",
            "kube-system/kubeadm-config",
            "kube-system/kubelet-config");

    private Selection() {}

    /** Why none of a resource is in an archive; then it is not even listed. */
    static boolean isDerived(ResourceType type) {
        return DERIVED_RESOURCES.contains(type.resource()) || GROUPS_OF_ONE_SITE.contains(type.group());
    }

    /** Why an object is left out; {@link #NONE} when it is not. */
    static String reason(ResourceType type, JsonNode object) {
        JsonNode metadata = object.path("metadata");
        if (metadata.hasNonNull("deletionTimestamp")) {
            return "being deleted";
        }
        JsonNode controller = controller(metadata);
        if (!controller.isMissingNode() && !isNotMadeElsewhere(type, Trees.text(controller, "kind"))) {
            return "made by a controller";
        }
        if (metadata.path("annotations").has("control-plane.alpha.kubernetes.io/leader")) {
            return "a lock";
        }
        return switch (type.resource()) {
            case "secrets" -> secret(object);
            case "configmaps" -> configMap(metadata);
            case "pods" -> pod(object);
            case "services" ->
                Trees.text(metadata, "name").equals("kubernetes")
                                && Trees.text(metadata, "namespace").equals("default")
                        ? "the API server's own"
                        : NONE;
            default -> NONE;
        };
    }

    /** A StatefulSet may own its claims, but does not fill them; a sealed secret is opened by the key of one cluster only. */
    private static boolean isNotMadeElsewhere(ResourceType type, String owner) {
        return switch (type.resource()) {
            case "persistentvolumeclaims" -> !owner.equals("Pod");
            case "secrets" -> owner.equals("SealedSecret");
            default -> false;
        };
    }

    private static String configMap(JsonNode metadata) {
        String name = Trees.text(metadata, "name");
        if (AUTHORITIES.contains(name)) {
            return "CA data of this cluster";
        }
        return OF_CONTROL_PLANE.contains(Trees.text(metadata, "namespace") + "/" + name)
                ? "the control plane's own"
                : NONE;
    }

    private static String secret(JsonNode object) {
        boolean ofAccount = object.path("metadata").path("annotations").has("kubernetes.io/service-account.name");
        return ofAccount || TOKENS.contains(Trees.text(object, "type")) ? "a token of this cluster" : NONE;
    }

    private static String pod(JsonNode object) {
        String phase = Trees.text(object.path("status"), "phase");
        return phase.equals("Succeeded") || phase.equals("Failed") ? "a pod that has ended" : NONE;
    }

    /** Who writes the endpoints of such a service is not known: a person, or a database's operator that elects its leader by them. */
    static boolean isWithoutSelector(ResourceType type, JsonNode object) {
        JsonNode spec = object.path("spec");
        return type.resource().equals("services")
                && spec.path("selector").isEmpty()
                && !Trees.text(spec, "type").equals("ExternalName");
    }

    private static JsonNode controller(JsonNode metadata) {
        for (JsonNode owner : metadata.path("ownerReferences")) {
            if (owner.path("controller").asBoolean()) {
                return owner;
            }
        }
        return metadata.path("ownerReferences").path(-1);
    }

    /** Whether a role or binding is the control plane's, which makes its own for its version. */
    static boolean isBootstrapped(JsonNode object) {
        return Trees.text(object.path("metadata"), "name").startsWith("system:")
                || object.path("metadata").path("labels").has("kubernetes.io/bootstrapping");
    }
}
