package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.artifact.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Objects as trees: how they are read, and paths in them. A path is of names with dots between; {@code []} after a name means each element. */
final class Trees {

    /** Numbers keep every digit. */
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Trees() {}

    static ObjectName name(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return new ObjectName(
                text(object, "apiVersion"),
                text(object, "kind"),
                metadata.hasNonNull("namespace") ? text(metadata, "namespace") : null,
                text(metadata, "name"));
    }

    static String text(JsonNode object, String field) {
        return object.path(field).asText("");
    }

    /** What is at a path without {@code []}; a missing node when nothing is. */
    static JsonNode at(JsonNode object, String path) {
        JsonNode node = object;
        for (String name : path.split("\\.", -1)) {
            node = node.path(name);
        }
        return node;
    }

    /** The objects in which the last name of a path would be a field. */
    static List<ObjectNode> parents(JsonNode object, String path) {
        List<JsonNode> nodes = List.of(object);
        int last = path.lastIndexOf('.');
        if (last >= 0) {
            for (String name : path.substring(0, last).split("\\.", -1)) {
                nodes = step(nodes, name);
            }
        }
        List<ObjectNode> parents = new ArrayList<>();
        for (JsonNode node : nodes) {
            if (node instanceof ObjectNode parent) {
                parents.add(parent);
            }
        }
        return parents;
    }

    private static List<JsonNode> step(List<JsonNode> nodes, String name) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode node : nodes) {
            if (name.endsWith("[]")) {
                node.path(name.substring(0, name.length() - 2)).forEach(found::add);
            } else {
                found.add(node.path(name));
            }
        }
        return found;
    }

    static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** Removes those elements of an array field, and the field when none is left. */
    static void removeElements(ObjectNode parent, String field, Predicate<JsonNode> which) {
        if (parent.get(field) instanceof ArrayNode elements) {
            ArrayNode kept = parent.arrayNode();
            elements.forEach(element -> {
                if (!which.test(element)) {
                    kept.add(element);
                }
            });
            if (kept.isEmpty()) {
                parent.remove(field);
            } else {
                parent.set(field, kept);
            }
        }
    }

    /** Whether two trees say the same: the order of fields, and how a number is written, do not matter. */
    static boolean same(JsonNode one, JsonNode other) {
        return one.equals(
                (a, b) -> a.isNumber() && b.isNumber()
                        ? a.decimalValue().compareTo(b.decimalValue())
                        : a.equals(b) ? 0 : 1,
                other);
    }
}
