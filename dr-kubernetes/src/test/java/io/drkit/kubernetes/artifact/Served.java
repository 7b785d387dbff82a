package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A resource, as discovery tells of it. */
record Served(String apiVersion, String plural, String kind, boolean namespaced) {

    private static final ObjectMapper JSON = new ObjectMapper();

    String path(@Nullable String namespace) {
        return (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion
                + (namespace == null ? "" : "/namespaces/" + namespace) + "/" + plural;
    }

    static JsonNode groups(List<Served> served, Set<String> down) {
        Map<String, ArrayNode> versions = new TreeMap<>();
        served.forEach(each -> {
            if (each.apiVersion().contains("/")) {
                ArrayNode all = versions.computeIfAbsent(
                        each.apiVersion().substring(0, each.apiVersion().indexOf('/')), any -> JSON.createArrayNode());
                if (!all.findValuesAsText("groupVersion").contains(each.apiVersion())) {
                    all.addObject().put("groupVersion", each.apiVersion());
                }
            }
        });
        down.forEach(each -> versions.computeIfAbsent(each.replaceFirst("/.*", ""), any -> JSON.createArrayNode())
                .addObject()
                .put("groupVersion", each));
        ObjectNode list = JSON.createObjectNode().put("kind", "APIGroupList");
        ArrayNode groups = list.putArray("groups");
        versions.forEach((name, all) -> {
            ObjectNode group = groups.addObject().put("name", name);
            group.set("versions", all);
            group.set("preferredVersion", all.get(0));
        });
        return list;
    }

    static JsonNode resources(List<Served> served, String version) {
        ArrayNode resources = JSON.createArrayNode();
        served.stream().filter(each -> each.apiVersion().equals(version)).forEach(each -> {
            ObjectNode resource = resources
                    .addObject()
                    .put("name", each.plural())
                    .put("kind", each.kind())
                    .put("namespaced", each.namespaced());
            resource.putArray("verbs").add("create").add("get").add("list").add("update");
            resources
                    .addObject()
                    .put("name", each.plural() + "/status")
                    .put("kind", each.kind())
                    .put("namespaced", each.namespaced())
                    .putArray("verbs")
                    .add("get");
        });
        return resources;
    }
}
