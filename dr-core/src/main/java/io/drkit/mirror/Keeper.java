package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import io.drkit.mirror.Corrections.Review;
import io.drkit.mirror.SkippedKeys.Reason;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
    private static final Duration RETRY = Duration.ofSeconds(10);

    /** Why keys were left alone that may be dealt with later: something on the standby was in the way. */
    private static final Set<Reason> PASSING = EnumSet.of(Reason.WITHHELD, Reason.CONTENDED);

    /** And when a run begins: it may read what none before it could. */
    private static final Set<Reason> AT_FIRST = EnumSet.of(Reason.WITHHELD, Reason.CONTENDED, Reason.UNREADABLE);

    private final MirrorScope scope;
    private final StandbyWriter writer;
    private final SkippedKeys skipped;
    private final Corrections corrections;
    private final Review budget;
    private final StandbyAddresses addresses;
    private final Contention contention;
    private final Progress progress;
    private final KeyStore standby;
    private final SessionState session;
    private final Pulse retrying;
    private @Nullable Watch watch;
    private @Nullable Vigil vigil;

    /** Keys that others wrote, each with the revision of the first time since it was looked into. */
    private final Map<Bytes, Long> suspects = new LinkedHashMap<>();

    private long seen;
    private Set<Reason> retried;
    /** Where to go on among the keys that were left alone; null when all were tried. */
    private @Nullable Bytes retryFrom;

    Keeper(
            KeyStore standby,
            MirrorScope scope,
            SessionState session,
            StandbyWriter writer,
            SkippedKeys skipped,
            Corrections corrections,
            Review budget,
            StandbyAddresses addresses) {
        this.standby = standby;
        this.scope = scope;
        this.session = session;
        this.writer = writer;
        this.skipped = skipped;
        this.corrections = corrections;
        this.budget = budget;
        this.addresses = addresses;
        this.contention = session.contention();
        this.progress = session.progress();
        this.retrying = new Pulse(session.options().ticker(), RETRY);
        this.retried = writer.checkpoint().isComplete() ? AT_FIRST : PASSING;
    }

    /** Takes in what the standby's watch holds ready. */
    void takeIn() throws InterruptedException {
        if (watch == null && isCalledFor()) {
            open();
        }
        if (watch != null && vigil != null) {
            takeIn(watch, vigil);
        }
    }

    /** While a copy runs, the books tell whether anyone else wrote; until then a watch would but bring back the copy itself. */
    private boolean isCalledFor() {
        return writer.checkpoint().isComplete() || first() <= writer.foreign().accounted();
    }

    /** The first revision of someone else that is not the copy's to see. */
    private long first() {
        return writer.foreign().firstAfter(writer.checkpoint().copyFloor());
    }

    private void open() {
        long from = first();
        seen = from - 1;
        watch = standby.watch(scope.range(), from);
        vigil = new Vigil(watch, standby.name(), session.options());
    }

    private void takeIn(Watch watch, Vigil vigil) throws InterruptedException {
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
            retryFrom = Bytes.EMPTY;
        }
        if (retryFrom != null) {
            due.addAll(retried(retryFrom, copied));
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

    /** The next of the keys that were left alone. */
    private List<Bytes> retried(Bytes from, Predicate<Bytes> copied) {
        List<Bytes> some =
                skipped.from(from, retried).filter(copied).limit(AT_ONCE).toList();
        if (some.size() == AT_ONCE) {
            retryFrom = some.get(AT_ONCE - 1).successor();
            progress.unsettled();
        } else {
            retryFrom = null;
            retried = PASSING;
        }
        return some;
    }

    private void putRight(Set<Bytes> due, long position) throws InterruptedException {
        try {
            List<Change> written = corrections.settle(due, position, budget);
            due.forEach(suspects::remove);
            written.stream()
                    .filter(change -> change.writesKey() && !skipped.contains(change.key()))
                    .forEach(change -> progress.corrected());
        } catch (CompactedException e) {
            // The primary's revision that the tail has reached is gone; it will have moved on when this is tried again.
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
        if (watch != null) {
            watch.close();
        }
    }
}
