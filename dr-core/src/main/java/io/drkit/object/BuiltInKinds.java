package io.drkit.object;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Kubernetes' own API groups, and which of their kinds have a status. By a list, for what is field 3 of these is something else in others:
 * RoleBinding.roleRef, ConfigMap.binaryData, Secret.type. Custom resources often live in groups that end on {@code k8s.io}, too.
 */
final class BuiltInKinds {

    /** A status has number 3 in every kind that has one, says each group's {@code generated.proto} up to Kubernetes 1.36. */
    static final Path STATUS = Path.of("status", 3);

    private static final Map<String, Set<String>> WITH_STATUS = Map.ofEntries(
            group(
                    "",
                    "Namespace Node PersistentVolume PersistentVolumeClaim Pod ReplicationController ResourceQuota Service"),
            group("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
            group("apiextensions.k8s.io", "CustomResourceDefinition"),
            group("apiregistration.k8s.io", "APIService"),
            group("apps", "DaemonSet Deployment ReplicaSet StatefulSet"),
            group("authentication.k8s.io", ""),
            group("authorization.k8s.io", ""),
            group("autoscaling", "HorizontalPodAutoscaler"),
            group("batch", "CronJob Job"),
            group("certificates.k8s.io", "CertificateSigningRequest PodCertificateRequest"),
            group("coordination.k8s.io", ""),
            group("discovery.k8s.io", ""),
            group("events.k8s.io", ""),
            group("extensions", "DaemonSet Deployment Ingress ReplicaSet"),
            group("flowcontrol.apiserver.k8s.io", "FlowSchema PriorityLevelConfiguration"),
            group("internal.apiserver.k8s.io", "StorageVersion"),
            group("networking.k8s.io", "Ingress ServiceCIDR"),
            group("node.k8s.io", ""),
            group("policy", "PodDisruptionBudget"),
            group("rbac.authorization.k8s.io", ""),
            group("resource.k8s.io", "DeviceTaintRule ResourceClaim ResourcePoolStatusRequest"),
            group("scheduling.k8s.io", "PodGroup"),
            group("storage.k8s.io", "VolumeAttachment"),
            group("storagemigration.k8s.io", "StorageVersionMigration"));

    private BuiltInKinds() {}

    /** An API server stores nothing but JSON for custom resources. */
    static boolean isBuiltIn(StoredObject object) {
        return object instanceof ProtobufObject || WITH_STATUS.containsKey(object.group());
    }

    static boolean hasStatus(StoredObject object) {
        return WITH_STATUS.getOrDefault(object.group(), Set.of()).contains(object.kind());
    }

    private static Map.Entry<String, Set<String>> group(String name, String kindsWithStatus) {
        return Map.entry(
                name,
                Arrays.stream(kindsWithStatus.split(" ", -1))
                        .filter(kind -> !kind.isEmpty())
                        .collect(Collectors.toUnmodifiableSet()));
    }
}
