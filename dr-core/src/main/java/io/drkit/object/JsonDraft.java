package io.drkit.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.keystore.Bytes;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A draft in JSON. A list or map that loses its last element goes with it, as kube-apiserver leaves empty ones out. */
final class JsonDraft implements Draft {

    private static final Bytes NEWLINE = Bytes.utf8("\n");

    private final Bytes stored;
    private final ObjectNode tree;
    private boolean changed;

    JsonDraft(byte[] stored, ObjectNode tree) {
        this.stored = Bytes.wrap(stored);
        this.tree = tree;
    }

    @Override
    public void remove(Path path) {
        parent(path).ifPresent(parent -> set(parent, path.name(), null));
    }

    @Override
    public void take(Path path, Draft other) {
        JsonNode theirs = ((JsonDraft) other)
                .parent(path)
                .map(parent -> parent.get(path.name()))
                .orElse(null);
        parent(path).ifPresent(parent -> set(parent, path.name(), theirs));
    }

    @Override
    public void removeAnnotations(Set<String> names) {
        takeAnnotations(names, new JsonDraft(new byte[0], tree.objectNode()));
    }

    @Override
    public void takeAnnotations(Set<String> names, Draft other) {
        if (!(tree.get("metadata") instanceof ObjectNode metadata)) {
            return;
        }
        JsonNode theirs = ((JsonDraft) other).tree.path("metadata").path("annotations");
        ObjectNode annotations = metadata.path("annotations") instanceof ObjectNode mine ? mine : tree.objectNode();
        names.forEach(name -> set(annotations, name, theirs.get(name)));
        if (changed) {
            metadata.set("annotations", annotations);
            if (annotations.isEmpty()) {
                metadata.remove("annotations");
            }
        }
    }

    @Override
    public void removeOwners(Predicate<OwnerReference> which) {
        if (tree.path("metadata") instanceof ObjectNode metadata
                && metadata.path("ownerReferences") instanceof ArrayNode owners) {
            ArrayNode kept = tree.arrayNode();
            owners.forEach(owner -> {
                if (!which.test(Json.owner(owner))) {
                    kept.add(owner);
                }
            });
            if (kept.size() < owners.size()) {
                set(metadata, "ownerReferences", kept.isEmpty() ? null : kept);
            }
        }
    }

    private Optional<ObjectNode> parent(Path path) {
        JsonNode node = tree;
        for (String name : path.namesOfParents()) {
            node = node.path(name);
        }
        return node instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    }

    private void set(ObjectNode parent, String name, @Nullable JsonNode value) {
        if (value == null) {
            changed |= parent.remove(name) != null;
        } else if (!value.equals(parent.get(name))) {
            parent.set(name, value);
            changed = true;
        }
    }

    @Override
    public boolean isSame(Draft other) {
        return tree.equals(((JsonDraft) other).tree);
    }

    @Override
    public Bytes value() {
        if (!changed) {
            return stored;
        }
        Bytes written = Bytes.wrap(Json.bytes(tree));
        return stored.unsafeArray()[stored.size() - 1] == '\n' ? written.concat(NEWLINE) : written;
    }
}
