package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ObjectName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An archive that was read to its end and understood. Knows which file holds what, and reads each again when its turn comes, so that neither memory nor a disk
 * holds them all.
 */
final class CheckedArchive {

    private static final Pattern VERSION = Pattern.compile("([a-z0-9][-a-z0-9.]*/)?[a-z0-9]+");
    private static final Pattern KIND = Pattern.compile("[A-Za-z0-9]+");
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    /** Roles may hold nearly anything in theirs (path segment names). */
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[^/%\\p{Cntrl}]{1,253}");

    private final ArchiveFiles files;
    private final NamespaceMapping mapping;
    private final Map<String, List<ObjectName>> objects = new HashMap<>();
    private final Set<String> definedKinds = new HashSet<>();
    private final Set<String> scaled = new HashSet<>();
    private int count;

    private CheckedArchive(Path archive, ApplyOptions options) throws IOException {
        files = new ArchiveFiles(archive);
        mapping = new NamespaceMapping(options.namespaces());
    }

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException when it cannot be understood, or does not go with the options
     */
    static CheckedArchive read(Path archive, ApplyOptions options) throws IOException {
        CheckedArchive checked = new CheckedArchive(archive, options);
        checked.check(options);
        return checked;
    }

    private void check(ApplyOptions options) throws IOException {
        Map<ObjectName, String> places = new HashMap<>();
        Set<String> paths = new HashSet<>();
        Set<String> namespaces = new TreeSet<>();
        boolean[] manifest = new boolean[1];
        files.each(path -> true, (path, content) -> {
            if (!paths.add(path)) {
                throw files.refused(path, "is in it twice");
            }
            for (ObjectNode document : documents(path, content)) {
                if (Manifest.isOne(document)) {
                    if (!Manifest.isKnown(document)) {
                        throw files.refused("is of another version of DrKit: it is of the form "
                                + Trees.text(document, "apiVersion"));
                    }
                    manifest[0] = true;
                    continue;
                }
                require(path, document);
                namespaceOf(document, namespaces);
                mapping.map(document);
                ObjectName name = Trees.name(document);
                String before = places.putIfAbsent(withoutVersion(name), path);
                if (before != null) {
                    throw files.refused(path, "holds " + name + ", and so does " + before);
                }
                learn(document);
                objects.computeIfAbsent(path, any -> new ArrayList<>()).add(name);
                count++;
            }
        });
        if (!manifest[0]) {
            throw files.refused(
                    "has no " + Manifest.FILE + ", by which an archive of `drkit artifacts export` is known");
        }
        for (Map.Entry<String, String> each : options.namespaces().entrySet()) {
            String namespace = each.getKey();
            if (namespaces.contains(each.getValue()) && !options.namespaces().containsKey(each.getValue())) {
                throw files.refused(
                        "has a namespace " + each.getValue() + " already, which " + namespace + " would become too");
            }
            if (!namespaces.contains(namespace)) {
                throw files.refused("has no namespace " + namespace + " that could become another; it has "
                        + (namespaces.isEmpty() ? "none" : String.join(", ", namespaces)));
            }
        }
    }

    private List<ObjectNode> documents(String path, byte[] content) {
        try {
            return Yaml.read(content);
        } catch (Yaml.MalformedYamlException e) {
            throw files.refused(path, String.valueOf(e.getMessage()));
        }
    }

    private void require(String path, ObjectNode document) {
        boolean texts = document.path("apiVersion").isTextual()
                && document.path("kind").isTextual()
                && document.path("metadata").path("name").isTextual()
                && (!document.path("metadata").has("namespace")
                        || document.path("metadata").path("namespace").isTextual());
        if (!texts) {
            throw files.refused(path, "is no object: it needs apiVersion, kind and metadata.name, each a text");
        }
        JsonNode metadata = document.path("metadata");
        // They become paths of requests.
        if (!VERSION.matcher(Trees.text(document, "apiVersion")).matches()
                || !KIND.matcher(Trees.text(document, "kind")).matches()
                || !NAME.matcher(Trees.text(metadata, "name")).matches()
                || (metadata.has("namespace")
                        && !NAMESPACE.matcher(Trees.text(metadata, "namespace")).matches())) {
            throw files.refused(path, "has an apiVersion, kind, name or namespace that no object can have");
        }
        if (!isMap(metadata.path("annotations"))
                || !isMap(metadata.path("labels"))
                || (Trees.text(document, "kind").endsWith("Binding") && !areMaps(document.path("subjects")))) {
            throw files.refused(path, "has annotations, labels or subjects that are none");
        }
        if (Trees.text(document, "kind").endsWith("List")
                && document.path("items").isArray()) {
            throw files.refused(path, "is a list: write its objects one after another, with --- between");
        }
    }

    private static boolean isMap(JsonNode node) {
        return node.isObject() || node.isNull() || node.isMissingNode();
    }

    private static boolean areMaps(JsonNode nodes) {
        for (JsonNode node : nodes) {
            if (!node.isObject()) {
                return false;
            }
        }
        return nodes.isArray() || nodes.isNull() || nodes.isMissingNode();
    }

    private static void namespaceOf(JsonNode document, Set<String> namespaces) {
        ObjectName name = Trees.name(document);
        if (name.namespace() != null) {
            namespaces.add(name.namespace());
        } else if (name.kind().equals("Namespace") && name.apiVersion().equals("v1")) {
            namespaces.add(name.name());
        }
    }

    /** Stored once, whatever version names it. */
    private static ObjectName withoutVersion(ObjectName name) {
        return new ObjectName(name.group() + "/", name.kind(), name.namespace(), name.name());
    }

    private void learn(JsonNode document) {
        if (ApplyOrder.of(Trees.name(document)) == ApplyOrder.DEFINITIONS) {
            JsonNode spec = document.path("spec");
            definedKinds.add(Trees.text(spec, "group") + "/" + Trees.text(spec.path("names"), "kind"));
        }
        JsonNode target = document.path("spec").path("scaleTargetRef");
        if (target.hasNonNull("name")) {
            scaled.add(place(
                    Trees.text(document.path("metadata"), "namespace"),
                    target.path("kind").asText("Deployment"),
                    Trees.text(target, "name")));
        }
    }

    /** How many objects it holds. */
    int count() {
        return count;
    }

    /** Whether the definition of a kind is among them. */
    boolean defines(ObjectName object) {
        return definedKinds.contains(object.group() + "/" + object.kind());
    }

    /** Whether an autoscaler among them chooses how many replicas it has. */
    boolean isScaled(ObjectName object) {
        return scaled.contains(place(object.namespace(), object.kind(), object.name()));
    }

    private static String place(@Nullable String namespace, String kind, String name) {
        return namespace + "/" + kind + "/" + name;
    }

    /** Gives the objects of these names, in the namespaces where they belong at the site. */
    void each(Set<ObjectName> wanted, BiConsumer<ObjectName, ObjectNode> consumer) throws IOException {
        files.each(
                path -> objects.getOrDefault(path, List.of()).stream().anyMatch(wanted::contains), (path, content) -> {
                    for (ObjectNode document : documents(path, content)) {
                        if (!Manifest.isOne(document)) {
                            mapping.map(document);
                            ObjectName name = Trees.name(document);
                            if (wanted.contains(name)) {
                                Cleaning.removeIdentity(document);
                                consumer.accept(name, document);
                            }
                        }
                    }
                });
    }

    /** All names, in no order. */
    List<ObjectName> names() {
        return objects.values().stream().flatMap(List::stream).toList();
    }
}
