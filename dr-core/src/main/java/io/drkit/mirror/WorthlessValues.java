package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Which values that controllers of a living standby wrote need not be set aside before they are overwritten, so that their everyday work does not
 * fill the quarantine: those that differ from the primary's in their own part alone; those that say what was set aside before; and what a
 * built-in controller made for an owner that the primary's object has as well, for it makes that again.
 */
final class WorthlessValues {

    /** What built-in controllers make under names that the other side's controllers choose alike. */
    private static final Set<String> MADE_ALIKE = Set.of("ReplicaSet", "ControllerRevision", "Job");

    private final KeyStore source;
    private final MirrorScope scope;
    private final Contention contention;
    private final Supplier<Checkpoint> checkpoint;

    /** What the primary held at the checkpoint's revision. */
    private final Map<Bytes, Optional<KeyValue>> then = new HashMap<>();

    private long revision;

    WorthlessValues(KeyStore source, MirrorScope scope, Contention contention, Supplier<Checkpoint> checkpoint) {
        this.source = source;
        this.scope = scope;
        this.contention = contention;
        this.checkpoint = checkpoint;
    }

    private boolean isAsked() {
        return scope.standbyIsAlive() && checkpoint.get().isComplete();
    }

    /** @param wanted what {@code existing} is to be overwritten with */
    boolean test(KeyValue existing, Bytes wanted) {
        return isAsked()
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
        lookAhead(List.of(existing.key()));
        return then.getOrDefault(existing.key(), Optional.empty())
                .filter(entry -> scope.desired().isEqual(entry.value(), existing.value()))
                .isPresent();
    }

    /** Asks the primary about these keys, all at once. What it has compacted away is not known. */
    void lookAhead(Collection<Bytes> keys) {
        if (!isAsked()) {
            return;
        }
        if (checkpoint.get().revision() != revision) {
            then.clear();
            revision = checkpoint.get().revision();
        }
        Map<Bytes, CompletableFuture<Page>> asked = new LinkedHashMap<>();
        for (Bytes key : keys) {
            if (!then.containsKey(key)) {
                asked.put(key, source.fetch(RangeRequest.of(new KeyRange(key, key.successor()), revision, 1)));
            }
        }
        asked.forEach((key, answer) -> then.put(key, entry(answer)));
    }

    private static Optional<KeyValue> entry(CompletableFuture<Page> answer) {
        try {
            return KeyStore.await(answer).entries().stream().findFirst();
        } catch (CompactedException e) {
            // Then nothing tells that what others wrote says nothing new, and it is set aside.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestartException("interrupted");
        }
    }
}
