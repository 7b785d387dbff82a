package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Which values that controllers of a living standby wrote need not be set aside before they are overwritten, so that their everyday work does not
 * fill the quarantine: those that differ from the primary's in their own part alone; those that say what was set aside before; and what a
 * built-in controller made for an owner that the primary's object has as well, for it makes that again.
 */
final class WorthlessValues implements BiPredicate<KeyValue, Bytes> {

    /** What built-in controllers make under names that the other side's controllers choose alike. */
    private static final Set<String> MADE_ALIKE = Set.of("ReplicaSet", "ControllerRevision", "Job");

    private final KeyStore source;
    private final MirrorScope scope;
    private final Contention contention;
    private final Supplier<Checkpoint> checkpoint;

    WorthlessValues(KeyStore source, MirrorScope scope, Contention contention, Supplier<Checkpoint> checkpoint) {
        this.source = source;
        this.scope = scope;
        this.contention = contention;
        this.checkpoint = checkpoint;
    }

    @Override
    public boolean test(KeyValue existing, Bytes wanted) {
        return scope.standbyIsAlive()
                && checkpoint.get().isComplete()
                && (contention.wasSetAside(existing, scope.desired())
                        || isMadeForSameOwner(existing, wanted)
                        || saysNothingNew(existing));
    }

    private static boolean isMadeForSameOwner(KeyValue existing, Bytes wanted) {
        Optional<StoredObject> made = StoredObject.read(existing.value());
        return made.isPresent()
                && MADE_ALIKE.contains(made.get().kind())
                && StoredObject.read(wanted)
                        .map(object -> object.owners().stream().map(OwnerReference::uid))
                        .map(uids -> made.get().owners().stream()
                                .map(OwnerReference::uid)
                                .anyMatch(uids.toList()::contains))
                        .orElse(false);
    }

    /** Whether all that it says beyond the standby's own part is what the primary's value of the checkpoint says. */
    private boolean saysNothingNew(KeyValue existing) {
        KeyRange one = new KeyRange(existing.key(), existing.key().successor());
        try {
            return source.range(RangeRequest.of(one, checkpoint.get().revision(), 1)).entries().stream()
                    .anyMatch(then -> scope.desired().isEqual(then.value(), existing.value()));
        } catch (CompactedException e) {
            return false;
        }
    }
}
