package io.drkit.mirror;

import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Corrections.Review;
import io.drkit.mirror.SkippedKeys.Reason;
import io.drkit.object.StoredObject;
import io.drkit.quarantine.Quarantine;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Lets what others write on a living standby be overwritten a few times within a while; then the key is left alone, and named with who wrote it. */
final class Budget implements Review {

    private final Contention contention;
    private final Differences differences;
    private final SkippedKeys skipped;
    private final Predicate<Change> counts;

    /** @param counts which changes overwrite what others wrote */
    Budget(Contention contention, Differences differences, SkippedKeys skipped, Predicate<Change> counts) {
        this.contention = contention;
        this.differences = differences;
        this.skipped = skipped;
        this.counts = counts;
    }

    @Override
    public Optional<Change> of(Change change, @Nullable KeyValue existing) {
        if (!counts.test(change) || !contention.isOverBudget(change.key())) {
            return Optional.of(change);
        }
        String who = existing == null
                ? "it is deleted there again and again"
                : "last written there by "
                        + StoredObject.read(existing.value())
                                .flatMap(StoredObject::lastManager)
                                .orElse("someone unnamed");
        return differences.skip(change.key(), Reason.CONTENDED, who);
    }

    @Override
    public void made(Change change) {
        // What the standby refused was not made, nor was anything set aside for it.
        if (!counts.test(change) || skipped.contains(change.key())) {
            return;
        }
        contention.corrected(change.key());
        for (Operation operation : change.operations()) {
            if (operation instanceof Operation.Put put && Quarantine.isSettingAside(put)) {
                contention.setAside(change.key(), put.value());
            }
        }
    }
}
