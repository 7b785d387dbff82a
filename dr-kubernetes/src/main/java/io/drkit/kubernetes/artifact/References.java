package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the exported objects name outside of their namespaces: images, classes, roles. Names only, so that it stays small. Not thread-safe. */
final class References {

    private static final ResourceType PRIORITY =
            new ResourceType("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false);
    private static final ResourceType RUNTIME =
            new ResourceType("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false);
    private static final ResourceType STORAGE =
            new ResourceType("storage.k8s.io", "v1", "storageclasses", "StorageClass", false);
    private static final ResourceType INGRESS =
            new ResourceType("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false);

    private final SortedSet<String> images = new TreeSet<>();
    private final SortedMap<ResourceType, SortedSet<String>> classes = new TreeMap<>();
    private final SortedSet<String> clusterRoles = new TreeSet<>();

    /** Takes in an object. */
    void add(JsonNode object) {
        String template = Cleaning.template(object);
        if (!template.isEmpty()) {
            pod(Trees.at(object, template).path("spec"));
        }
        JsonNode spec = object.path("spec");
        switch (Trees.text(object, "kind")) {
            case "Pod" -> {
                if (Trees.text(object, "apiVersion").equals("v1")) {
                    pod(spec);
                }
            }
            case "PersistentVolumeClaim" -> named(STORAGE, spec, "storageClassName");
            case "StatefulSet" ->
                spec.path("volumeClaimTemplates")
                        .forEach(claim -> named(STORAGE, claim.path("spec"), "storageClassName"));
            case "Ingress" -> named(INGRESS, spec, "ingressClassName");
            case "RoleBinding", "ClusterRoleBinding" -> {
                JsonNode role = object.path("roleRef");
                if (Trees.text(role, "kind").equals("ClusterRole")) {
                    clusterRoles.add(Trees.text(role, "name"));
                }
            }
            default -> {}
        }
    }

    private void pod(JsonNode spec) {
        for (String containers : List.of("containers", "initContainers", "ephemeralContainers")) {
            for (JsonNode container : spec.path(containers)) {
                image(Trees.text(container, "image"));
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            image(Trees.text(volume.path("image"), "reference"));
        }
        if (!Trees.text(spec, "priorityClassName").startsWith("system-")) {
            named(PRIORITY, spec, "priorityClassName");
        }
        named(RUNTIME, spec, "runtimeClassName");
    }

    private void image(String image) {
        if (!image.isEmpty()) {
            images.add(image);
        }
    }

    private void named(ResourceType type, JsonNode spec, String field) {
        String name = Trees.text(spec, field);
        if (!name.isEmpty()) {
            classes.computeIfAbsent(type, any -> new TreeSet<>()).add(name);
        }
    }

    /** As they stand in the objects. */
    SortedSet<String> images() {
        return images;
    }

    /** Names by the resource of the whole cluster that has them. */
    SortedMap<ResourceType, SortedSet<String>> classes() {
        return classes;
    }

    /** The roles of the whole cluster that bindings refer to. */
    SortedSet<String> clusterRoles() {
        return clusterRoles;
    }
}
