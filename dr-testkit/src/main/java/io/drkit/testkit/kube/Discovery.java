package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import io.drkit.object.ObjectField;
import io.drkit.object.StoredObject;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which folder of the registry a kind is in, as the standby's API server would tell: built-in kinds by Kubernetes' own rule for plurals, custom
 * ones by their definitions. A table of its own, for DrKit's is what is being tested. Not thread-safe.
 */
final class Discovery {

    /** @param folder ends on a slash */
    record Resource(String folder, boolean namespaced) {

        Bytes key(@Nullable String namespace, String name) {
            return Bytes.utf8(folder + (namespaced ? namespace + "/" : "") + name);
        }
    }

    private static final Map<String, Set<String>> NAMESPACED = Map.of(
            "",
                    kinds("ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate"
                            + " ReplicationController ResourceQuota Secret Service ServiceAccount"),
            "apps", kinds("ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet"),
            "batch", kinds("CronJob Job"),
            "autoscaling", kinds("HorizontalPodAutoscaler"),
            "coordination.k8s.io", kinds("Lease"),
            "discovery.k8s.io", kinds("EndpointSlice"),
            "networking.k8s.io", kinds("Ingress NetworkPolicy"),
            "policy", kinds("PodDisruptionBudget"),
            "rbac.authorization.k8s.io", kinds("Role RoleBinding"));

    private static final Map<String, Set<String>> CLUSTER = Map.of(
            "", kinds("Namespace Node PersistentVolume"),
            "apiextensions.k8s.io", kinds("CustomResourceDefinition"),
            "apiregistration.k8s.io", kinds("APIService"),
            "networking.k8s.io", kinds("IngressClass"),
            "rbac.authorization.k8s.io", kinds("ClusterRole ClusterRoleBinding"),
            "scheduling.k8s.io", kinds("PriorityClass"),
            "storage.k8s.io", kinds("StorageClass VolumeAttachment CSIDriver CSINode"));

    /** Where the folder is not the plural. */
    private static final Map<String, String> ODD = Map.of(
            "services", "services/specs",
            "endpoints", "services/endpoints",
            "nodes", "minions",
            "replicationcontrollers", "controllers",
            "ingresses", "ingress",
            "customresourcedefinitions", "apiextensions.k8s.io/customresourcedefinitions",
            "apiservices", "apiregistration.k8s.io/apiservices");

    private final Map<List<String>, Resource> custom = new HashMap<>();

    private static Set<String> kinds(String names) {
        return Arrays.stream(names.split(" ", -1)).collect(Collectors.toUnmodifiableSet());
    }

    void learn(StoredObject definition) {
        if (definition.kind().equals("CustomResourceDefinition")) {
            String group = only(definition, ObjectField.CRD_GROUP);
            custom.put(
                    List.of(group, only(definition, ObjectField.CRD_KIND)),
                    new Resource(
                            "/registry/" + group + "/" + only(definition, ObjectField.CRD_PLURAL) + "/",
                            only(definition, ObjectField.CRD_SCOPE).equals("Namespaced")));
        }
    }

    /** What {@link #learn} took in is known no more. */
    void forget(StoredObject definition) {
        if (definition.kind().equals("CustomResourceDefinition")) {
            custom.remove(List.of(only(definition, ObjectField.CRD_GROUP), only(definition, ObjectField.CRD_KIND)));
        }
    }

    private static String only(StoredObject definition, ObjectField field) {
        return definition.values(field).stream().findFirst().orElse("");
    }

    boolean isCustom(String apiVersion, String kind) {
        return custom.containsKey(List.of(group(apiVersion), kind));
    }

    private static String group(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    /** Empty for a kind that nobody defined. */
    Optional<Resource> resource(String apiVersion, String kind) {
        String group = group(apiVersion);
        boolean namespaced = NAMESPACED.getOrDefault(group, Set.of()).contains(kind);
        if (namespaced || CLUSTER.getOrDefault(group, Set.of()).contains(kind)) {
            String plural = plural(kind.toLowerCase(Locale.ROOT));
            return Optional.of(new Resource("/registry/" + ODD.getOrDefault(plural, plural) + "/", namespaced));
        }
        return Optional.ofNullable(custom.get(List.of(group, kind)));
    }

    /** As {@code meta.UnsafeGuessKindToResource} has it. */
    private static String plural(String kind) {
        if (kind.equals("endpoints")) {
            return kind;
        }
        if (kind.endsWith("s")) {
            return kind + "es";
        }
        return kind.endsWith("y") ? kind.substring(0, kind.length() - 1) + "ies" : kind + "s";
    }
}
