package io.drkit.mirror;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What two sites have in common after their roles were swapped. The new primary still holds the checkpoint of the mirror that fed it: what the
 * old primary held up to that revision is common, and follows the new primary; what it wrote later are lost writes.
 */
final class Heritage {

    private Heritage() {}

    /** The checkpoint, held by {@code newPrimary}, of the mirror from {@code oldPrimary} under the same name and scope, if it can be relied on. */
    static Optional<Checkpoint> find(
            KeyStore newPrimary, KeyStore oldPrimary, String oldPrimaryId, MirrorScope scope, MirrorOptions options) {
        Bytes key = DrKitKeys.checkpoint(options.name());
        return Optional.ofNullable(newPrimary.read(List.of(key)).get(key))
                .map(record -> Checkpoint.parse(record.value()))
                .filter(checkpoint ->
                        objection(checkpoint, oldPrimary, oldPrimaryId, scope).isEmpty());
    }

    /** Why a checkpoint that the new primary holds does not tell what the two have in common; empty if it does. */
    static Optional<String> objection(
            Checkpoint checkpoint, KeyStore oldPrimary, String oldPrimaryId, MirrorScope scope) {
        if (!checkpoint.source().equals(oldPrimaryId)) {
            return Optional.of("it was of another primary than " + oldPrimary.name());
        }
        if (!checkpoint.isComplete()) {
            return Optional.of("it was in the middle of a copy");
        }
        if (!checkpoint.scope().equals(scope.name())) {
            return Optional.of("it was of scope " + checkpoint.scope() + ", not " + scope.name());
        }
        return History.contradicts(oldPrimary, checkpoint)
                .map(why -> oldPrimary.name() + " does not have the history that was mirrored: " + why);
    }

    /** The keys that the new primary, when it was the standby, had refused: the old primary's copy is the only one. */
    static Predicate<Bytes> neverGiven(KeyStore newPrimary, MirrorOptions options) {
        return SkippedKeys.load(newPrimary, options)::contains;
    }
}
