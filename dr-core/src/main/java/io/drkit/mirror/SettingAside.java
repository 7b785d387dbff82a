package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.quarantine.Quarantine;
import org.jspecify.annotations.Nullable;

/** How the mirror overwrites or deletes what the standby holds: someone else's value goes into quarantine in the same transaction. */
final class SettingAside {

    private final Strangers strangers;
    private final String batch;

    SettingAside(Strangers strangers, String batch) {
        this.strangers = strangers;
        this.batch = batch;
    }

    Change overwrite(KeyValue existing, @Nullable Long mark, Bytes value) {
        Change change = Change.put(existing.key(), value, Guard.unchanged(existing.key(), existing.modRevision()));
        if (mark != null) {
            change = change.and(strangers.unmark(existing.key()));
        }
        boolean losesForeignValue = strangers.isForeignValue(existing, mark)
                && !existing.leased()
                && !existing.value().equals(value);
        return losesForeignValue ? change.and(Quarantine.setAside(batch, existing)) : change;
    }

    /** Deletes a key that follows the primary. */
    Change delete(KeyValue existing, @Nullable Long mark) {
        Change change = Change.delete(existing.key(), Guard.unchanged(existing.key(), existing.modRevision()));
        if (mark != null) {
            change = change.and(strangers.unmark(existing.key()));
        }
        return strangers.isForeignValue(existing, mark) ? change.and(Quarantine.setAside(batch, existing)) : change;
    }
}
