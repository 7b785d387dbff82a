package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.UnsafeToProceedException;
import io.drkit.artifact.ExportReport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One export: from the API server into an archive, object by object, so that no more than a page of them is held. Serves once. */
final class Export {

    private final ObjectApi api;
    private final Instant began;
    private final SortedSet<String> namespaces;
    private final KubernetesArtifacts.Listener listener;

    private final References references = new References();
    private final SortedMap<String, Integer> objects = new TreeMap<>();
    private final SortedMap<String, Integer> leftOut = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();
    private List<ResourceType> types = List.of();

    Export(ObjectApi api, Instant began, SortedSet<String> namespaces, KubernetesArtifacts.Listener listener) {
        this.api = api;
        this.began = began;
        this.namespaces = namespaces;
        this.listener = listener;
    }

    /** Sees that all is there that is asked for, before a file is begun. */
    void prepare() {
        for (String namespace : namespaces) {
            ObjectNode there = api.find(ResourceType.NAMESPACES, null, namespace);
            if (there == null) {
                throw new UnsafeToProceedException(
                        api.name() + " has no namespace " + namespace + ": is its name written right?");
            }
            if (isLeaving(there)) {
                throw new UnsafeToProceedException(api.name() + " is deleting the namespace " + namespace
                        + ": what is left of it is no copy of it.");
            }
        }
        types = new Discovery(api).exportable(notes);
    }

    ExportReport writeTo(OutputStream out) throws IOException {
        try (ArchiveWriter archive = new ArchiveWriter(out)) {
            int done = 0;
            for (String namespace : namespaces) {
                for (ResourceType type : types) {
                    if (!Selection.isDerived(type)) {
                        list(archive, type, namespace);
                    }
                    listener.at("exporting", ++done, types.size() * namespaces.size());
                }
            }
            definitions(archive);
            rights(archive);
            for (var named : references.classes().entrySet()) {
                for (String name : named.getValue()) {
                    found(archive, named.getKey(), name);
                }
            }
            for (String namespace : namespaces) {
                if (isLeaving(found(archive, ResourceType.NAMESPACES, namespace))) {
                    notes.add(api.name() + " began to delete the namespace " + namespace
                            + " meanwhile: its objects are not all in the archive.");
                }
            }
            ExportReport report =
                    new ExportReport(api.name(), began, namespaces, objects, references.images(), leftOut, notes);
            archive.file(Manifest.IMAGES, lines(references.images()));
            archive.file(Manifest.FILE, Yaml.write(Manifest.of(report)));
            return report;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static byte[] lines(SortedSet<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void list(ArchiveWriter archive, ResourceType type, @Nullable String namespace) {
        boolean listed = api.list(type, namespace, object -> {
            String reason = Selection.reason(type, object);
            if (reason.isEmpty()) {
                if (Selection.isWithoutSelector(type, object)) {
                    leftOut.merge("endpoints of a service without selector", 1, Integer::sum);
                }
                write(archive, type, object);
            } else {
                leftOut.merge(reason, 1, Integer::sum);
            }
        });
        if (!listed) {
            notes.add(api.name() + " does not list " + type.what(namespace) + ", which are not in the archive.");
        }
    }

    /** The definitions of the custom resources that were exported; of others none, for they are the whole cluster's. */
    private void definitions(ArchiveWriter archive) {
        for (ResourceType type : types) {
            if (type.group().contains(".") && objects.containsKey(type.resource())) {
                // Of a resource that is built in, or another server's, there is none.
                found(archive, ResourceType.DEFINITIONS, type.resource());
            }
        }
    }

    private static boolean isLeaving(@Nullable ObjectNode namespace) {
        return namespace == null || namespace.path("metadata").hasNonNull("deletionTimestamp");
    }

    /** Writes an object if there is one, and returns it as it was. */
    private @Nullable ObjectNode found(ArchiveWriter archive, ResourceType type, String name) {
        ObjectNode object = api.find(type, null, name);
        if (object != null) {
            write(archive, type, object.deepCopy());
        }
        return object;
    }

    /**
     * The bindings that give rights in the whole cluster to service accounts of these namespaces, of which each names only those; and the roles that these
     * bindings, and those in the namespaces, refer to. Not those that every control plane makes for itself.
     */
    private void rights(ArchiveWriter archive) {
        api.list(ResourceType.CLUSTER_ROLE_BINDINGS, null, binding -> {
            if (!Selection.isBootstrapped(binding)) {
                Trees.removeElements(binding, "subjects", subject -> !isOurs(subject));
                if (binding.has("subjects")) {
                    write(archive, ResourceType.CLUSTER_ROLE_BINDINGS, binding);
                }
            }
        });
        List<JsonNode> selectors = new ArrayList<>();
        SortedSet<String> roles = new TreeSet<>(references.clusterRoles());
        for (String name : roles) {
            ObjectNode role = api.find(ResourceType.CLUSTER_ROLES, null, name);
            if (role != null && !Selection.isBootstrapped(role)) {
                role.path("aggregationRule").path("clusterRoleSelectors").forEach(selectors::add);
                write(archive, ResourceType.CLUSTER_ROLES, role);
            }
        }
        if (!selectors.isEmpty()) {
            api.list(ResourceType.CLUSTER_ROLES, null, role -> {
                String name = Trees.text(role.path("metadata"), "name");
                if (!Selection.isBootstrapped(role) && !roles.contains(name) && isSelected(role, selectors)) {
                    write(archive, ResourceType.CLUSTER_ROLES, role);
                }
            });
        }
    }

    private boolean isOurs(JsonNode subject) {
        return switch (Trees.text(subject, "kind")) {
            case "ServiceAccount" -> namespaces.contains(Trees.text(subject, "namespace"));
            case "Group" ->
                namespaces.stream()
                        .anyMatch(namespace ->
                                Trees.text(subject, "name").equals(NamespaceMapping.ACCOUNTS_OF + namespace));
            default -> false;
        };
    }

    private static boolean isSelected(JsonNode role, List<JsonNode> selectors) {
        JsonNode labels = role.path("metadata").path("labels");
        return selectors.stream()
                .map(selector -> selector.path("matchLabels"))
                .anyMatch(wanted -> !wanted.isEmpty()
                        && wanted.properties().stream()
                                .allMatch(label -> label.getValue().equals(labels.path(label.getKey()))));
    }

    private void write(ArchiveWriter archive, ResourceType type, ObjectNode object) {
        Cleaning.clean(object);
        references.add(object);
        try {
            archive.object(type, object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        objects.merge(type.resource(), 1, Integer::sum);
    }
}
