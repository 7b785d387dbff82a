package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Strangers.Mark;
import io.drkit.quarantine.Quarantine;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How the mirror overwrites or deletes what the standby holds: someone else's value goes into quarantine in the same transaction.
 *
 * <p>A key may lose several values in one session, and no batch holds a key twice: so each copy has a batch, and each foreign revision whose
 * values are lost while streaming.
 */
final class SettingAside {

    private final Strangers strangers;
    private final Predicate<Bytes> kept;
    private final String session;
    private final LongSupplier copyFloor;
    private final WorthlessValues worthless;
    private final BooleanSupplier everyDeletion;

    /**
     * @param kept keys that hold what could not be set aside before
     * @param session what this session's batches are called
     * @param copyFloor the standby's revision when the running copy began; 0 when none runs
     * @param worthless which of someone else's values say nothing that would be missed, once it is overwritten with another
     * @param everyDeletion whether what is deleted is set aside whoever wrote it
     */
    SettingAside(
            Strangers strangers,
            Predicate<Bytes> kept,
            String session,
            LongSupplier copyFloor,
            WorthlessValues worthless,
            BooleanSupplier everyDeletion) {
        this.strangers = strangers;
        this.kept = kept;
        this.session = session;
        this.copyFloor = copyFloor;
        this.worthless = worthless;
        this.everyDeletion = everyDeletion;
    }

    /** Some of these will be overwritten: what is to be known of them is asked for at once. */
    void lookAhead(Strangers.Look there) {
        worthless.lookAhead(there.entries().values().stream()
                .filter(entry -> isForeign(entry, there.marks().get(entry.key())))
                .map(KeyValue::key)
                .toList());
    }

    Change overwrite(KeyValue existing, @Nullable Mark mark, Bytes value) {
        Change change = Change.put(existing.key(), value, Guard.unchanged(existing.key(), existing.modRevision()));
        if (mark != null) {
            change = change.and(strangers.unmark(existing.key()));
        }
        boolean losesForeignValue = isForeign(existing, mark)
                && !existing.leased()
                && !existing.value().equals(value)
                && !worthless.test(existing, value);
        return losesForeignValue ? change.and(setAside(existing)) : change;
    }

    /** Deletes a key that follows the primary. */
    Change delete(KeyValue existing, @Nullable Mark mark) {
        Change change = Change.delete(existing.key(), Guard.unchanged(existing.key(), existing.modRevision()));
        if (mark != null) {
            change = change.and(strangers.unmark(existing.key()));
        }
        return everyDeletion.getAsBoolean() || isForeign(existing, mark) ? change.and(setAside(existing)) : change;
    }

    private boolean isForeign(KeyValue existing, @Nullable Mark mark) {
        return strangers.isForeignValue(existing, mark) || kept.test(existing.key());
    }

    private Operation setAside(KeyValue existing) {
        long floor = copyFloor.getAsLong();
        String part =
                floor != 0 && existing.modRevision() <= floor ? "copy-" + floor : "revision-" + existing.modRevision();
        return Quarantine.setAside(session + "-" + part, existing);
    }
}
