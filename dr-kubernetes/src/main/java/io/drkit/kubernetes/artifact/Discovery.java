package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which resources an API server serves. Not thread-safe. */
final class Discovery {

    private final ObjectApi api;
    private final Map<String, List<ResourceType>> served = new HashMap<>();

    Discovery(ObjectApi api) {
        this.api = api;
    }

    /**
     * All namespaced resources whose objects can be listed and created, each once: in its group's preferred version, or the first that has it.
     *
     * @param notes takes a sentence for each version of a group that does not answer, as those of an aggregated API server that is down
     */
    List<ResourceType> exportable(List<String> notes) {
        SortedMap<String, ResourceType> found = new TreeMap<>();
        for (String version : versions()) {
            JsonNode resources;
            try {
                resources = api.get(path(version)).path("resources");
            } catch (KubernetesClientException e) {
                if (e.getCode() == 404) {
                    continue;
                }
                if (e.getCode() < 500) {
                    throw failure("list", "the resources of " + version, e);
                }
                notes.add(api.name() + " does not answer for " + version + " (" + e.getCode()
                        + "): its objects are not in the archive.");
                continue;
            }
            for (JsonNode resource : resources) {
                if (can(resource, "list") && can(resource, "create")) {
                    ResourceType type = type(version, resource);
                    if (type.namespaced() && !type.plural().contains("/")) {
                        found.putIfAbsent(type.resource(), type);
                    }
                }
            }
        }
        return List.copyOf(found.values());
    }

    private Set<String> versions() {
        return api.site().ask("list", "the API groups", () -> {
            Set<String> versions = new LinkedHashSet<>();
            versions.add("v1");
            Set<String> others = new LinkedHashSet<>();
            for (JsonNode group : api.get("/apis").path("groups")) {
                versions.add(Trees.text(group.path("preferredVersion"), "groupVersion"));
                group.path("versions").forEach(version -> others.add(Trees.text(version, "groupVersion")));
            }
            versions.addAll(others);
            versions.remove("");
            return versions;
        });
    }

    /**
     * The resource of a kind; null when this version does not have it.
     *
     * @throws KubernetesClientException as the server or the way to it has it
     */
    @Nullable ResourceType find(String apiVersion, String kind) {
        List<ResourceType> types = served.get(apiVersion);
        if (types == null) {
            types = new ArrayList<>();
            try {
                for (JsonNode resource : api.get(path(apiVersion)).path("resources")) {
                    ResourceType type = type(apiVersion, resource);
                    if (!type.plural().contains("/")) {
                        types.add(type);
                    }
                }
            } catch (KubernetesClientException e) {
                if (e.getCode() != 404) {
                    throw e;
                }
            }
            served.put(apiVersion, types);
        }
        for (ResourceType type : types) {
            if (type.kind().equals(kind)) {
                return type;
            }
        }
        return null;
    }

    /** Asks again for what may be served by now. */
    void forget(String apiVersion) {
        served.remove(apiVersion);
    }

    private RuntimeException failure(String verb, String what, KubernetesClientException e) {
        return api.site().failure(verb, what, e);
    }

    private static boolean can(JsonNode resource, String verb) {
        for (JsonNode each : resource.path("verbs")) {
            if (each.asText().equals(verb)) {
                return true;
            }
        }
        return false;
    }

    private static ResourceType type(String apiVersion, JsonNode resource) {
        int slash = apiVersion.indexOf('/');
        return new ResourceType(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                Trees.text(resource, "name"),
                Trees.text(resource, "kind"),
                resource.path("namespaced").asBoolean());
    }

    private static String path(String apiVersion) {
        return (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion;
    }
}
