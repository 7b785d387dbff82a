package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import io.drkit.mirror.SkippedKeys.Reason;
import io.drkit.object.StoredObject;
import io.drkit.quarantine.Quarantine;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a standby level whose control plane is alive: watches what others write there, and puts right from the primary what is not as it should
 * be. What others wrote and was looked into counts as theirs no more; the books on foreign revisions stay small.
 */
final class Keeper implements AutoCloseable {

    private static final int BURST = 64;
    private static final int AT_ONCE = 500;

    private final MirrorScope scope;
    private final StandbyWriter writer;
    private final SkippedKeys skipped;
    private final Differences differences;
    private final Corrections corrections;
    private final StandbyAddresses addresses;
    private final Contention contention;
    private final Progress progress;
    private final Watch watch;
    private final Vigil vigil;
    private final Pulse retrying;

    /** Keys that others wrote, each with the revision of the first time since it was looked into. */
    private final Map<Bytes, Long> suspects = new LinkedHashMap<>();

    private long seen;

    Keeper(
            KeyStore standby,
            MirrorScope scope,
            SessionState session,
            StandbyWriter writer,
            SkippedKeys skipped,
            Differences differences,
            Corrections corrections,
            StandbyAddresses addresses) {
        this.scope = scope;
        this.writer = writer;
        this.skipped = skipped;
        this.differences = differences;
        this.corrections = corrections;
        this.addresses = addresses;
        this.contention = session.contention();
        this.progress = session.progress();
        this.retrying = new Pulse(session.options().ticker(), Duration.ofSeconds(10));
        long from = Math.max(writer.foreign().first(), writer.checkpoint().copyFloor() + 1);
        this.seen = from - 1;
        this.watch = standby.watch(scope.range(), from);
        this.vigil = new Vigil(watch, standby.name(), session.options());
    }

    /** Takes in what the standby's watch holds ready. */
    void takeIn() throws InterruptedException {
        for (int i = 0; i < BURST; i++) {
            WatchSignal signal = watch.next(Duration.ZERO);
            if (signal instanceof WatchSignal.Idle) {
                break;
            }
            vigil.heard();
            if (signal instanceof WatchSignal.Events events) {
                events.events().forEach(this::suspect);
            }
        }
        vigil.askIfQuiet();
    }

    private void suspect(WatchEvent event) {
        seen = Math.max(seen, event.revision());
        if (scope.mayAdmit(event.key()) && writer.foreign().contains(event.revision())) {
            suspects.putIfAbsent(event.key(), event.revision());
            addresses.changed(event.key());
        }
    }

    /**
     * Looks into the keys that others wrote, where the copy has been, and from time to time into those that were left alone.
     *
     * @param position the primary's revision that the standby equals
     */
    void act(long position, Predicate<Bytes> copied) throws InterruptedException {
        Set<Bytes> due = new LinkedHashSet<>();
        for (Bytes key : suspects.keySet()) {
            if (copied.test(key) && !contention.isPaused(key)) {
                due.add(key);
            }
            if (due.size() == AT_ONCE) {
                break;
            }
        }
        if (retrying.isDue()) {
            contention.forgetOld();
            addresses.lookAgain();
            skipped.of(EnumSet.of(Reason.WITHHELD, Reason.CONTENDED)).stream()
                    .filter(copied)
                    .limit(AT_ONCE)
                    .forEach(due::add);
        }
        if (!due.isEmpty()) {
            putRight(due, position);
        }
        if (suspects.keySet().stream().anyMatch(contention::isPaused)) {
            progress.unsettled();
        }
        if (writer.checkpoint().isComplete()) {
            settleBooks();
        }
    }

    private void putRight(Set<Bytes> due, long position) throws InterruptedException {
        try {
            List<Change> written = corrections.settle(due, position, this::withinBudget);
            due.forEach(suspects::remove);
            written.stream()
                    .filter(change -> change.writesKey() && !skipped.contains(change.key()))
                    .forEach(this::wasPutRight);
        } catch (CompactedException e) {
            // The primary's revision that the tail has reached is gone; it will have moved on when this is tried again.
        }
    }

    private Optional<Change> withinBudget(Change change, @Nullable KeyValue existing) {
        if (!change.writesKey() || !contention.isOverBudget(change.key())) {
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

    private void wasPutRight(Change change) {
        contention.corrected(change.key());
        progress.corrected();
        for (Operation operation : change.operations()) {
            if (operation instanceof Operation.Put put && Quarantine.isSettingAside(put)) {
                contention.setAside(change.key(), put.value());
            }
        }
    }

    /**
     * All that others wrote before the first key that is yet to be looked into was looked into. What they wrote before a copy began is not seen here,
     * and is the copy's to settle.
     */
    private void settleBooks() {
        long settled =
                suspects.values().stream().mapToLong(Long::longValue).min().orElse(seen + 1) - 1;
        if (!writer.foreign().isEmpty() && writer.foreign().first() <= settled) {
            writer.foreign().settle(settled);
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
