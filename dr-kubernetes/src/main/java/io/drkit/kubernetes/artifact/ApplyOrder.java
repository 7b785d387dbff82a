package io.drkit.kubernetes.artifact;

import io.drkit.artifact.ObjectName;
import java.util.Map;
import java.util.Set;

/**
 * In which order objects are applied, so that each finds what it needs. Custom resources come after the workloads, which may be what judges them (admission,
 * conversion); webhooks come last, for they judge all that comes after them.
 */
enum ApplyOrder {
    NAMESPACES,
    DEFINITIONS,
    CLASSES,
    POLICIES,
    SERVICE_ACCOUNTS,
    CONFIGURATION,
    CLAIMS,
    ROLES,
    BINDINGS,
    SERVICES,
    WORKLOADS,
    AROUND_WORKLOADS,
    OTHERS,
    WEBHOOKS;

    private static final Map<String, ApplyOrder> CORE = Map.ofEntries(
            Map.entry("Namespace", NAMESPACES),
            Map.entry("ResourceQuota", POLICIES),
            Map.entry("LimitRange", POLICIES),
            Map.entry("ServiceAccount", SERVICE_ACCOUNTS),
            Map.entry("Secret", CONFIGURATION),
            Map.entry("ConfigMap", CONFIGURATION),
            Map.entry("PersistentVolume", CLAIMS),
            Map.entry("PersistentVolumeClaim", CLAIMS),
            Map.entry("Service", SERVICES),
            Map.entry("Pod", WORKLOADS),
            Map.entry("PodTemplate", WORKLOADS),
            Map.entry("ReplicationController", WORKLOADS));

    private static final Set<String> SHARED = Set.of(
            "PriorityClass", "StorageClass", "VolumeAttributesClass", "RuntimeClass", "IngressClass", "CSIDriver");

    static ApplyOrder of(ObjectName object) {
        String kind = object.kind();
        return switch (object.group()) {
            case "" -> CORE.getOrDefault(kind, OTHERS);
            case "apiextensions.k8s.io" -> DEFINITIONS;
            case "scheduling.k8s.io", "storage.k8s.io", "node.k8s.io" -> SHARED.contains(kind) ? CLASSES : OTHERS;
            case "networking.k8s.io" ->
                SHARED.contains(kind) ? CLASSES : kind.equals("NetworkPolicy") ? POLICIES : AROUND_WORKLOADS;
            case "rbac.authorization.k8s.io" -> kind.endsWith("Binding") ? BINDINGS : ROLES;
            case "apps", "batch" -> WORKLOADS;
            case "autoscaling", "policy" -> AROUND_WORKLOADS;
            case "admissionregistration.k8s.io", "apiregistration.k8s.io" -> WEBHOOKS;
            default -> OTHERS;
        };
    }

    /** Whether objects are used by others than who applies them: created where there are none, never overwritten. */
    boolean isShared() {
        return this == DEFINITIONS || this == CLASSES;
    }
}
