package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * An object from which parts are taken away, or replaced by another's of the same kind. What is not touched stays as it was stored, what is not
 * known included. Not thread-safe.
 */
interface Draft {

    /** Empty for an object that cannot be read to its end. */
    static Optional<Draft> of(StoredObject object) {
        if (object instanceof ProtobufObject protobuf) {
            return Optional.of(new ProtobufDraft(protobuf.value()));
        }
        byte[] json = ((JsonObject) object).value();
        return Json.tree(json).map(tree -> new JsonDraft(json, tree));
    }

    void remove(Path path);

    /** Puts what {@code other} has there in place of what stands here; nothing, if it has nothing. */
    void take(Path path, Draft other);

    void removeAnnotations(Set<String> names);

    /** As {@link #take}, for the annotations of these names. */
    void takeAnnotations(Set<String> names, Draft other);

    void removeOwners(Predicate<OwnerReference> which);

    /** Whether nothing tells the two apart; the order of names in JSON does not. */
    boolean isSame(Draft other);

    /** As kube-apiserver would store it; byte for byte as it was stored if nothing was changed. */
    Bytes value();
}
