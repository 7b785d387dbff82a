package io.drkit.runbook;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A run in a site's key store, under {@code /drkit/}, with the lock that lets one process at a time run: bound to a lease, so that it falls free when its
 * holder dies. Holding it is not enough, for a lease can expire unnoticed; so every write is guarded by the lock and by what was written last.
 */
public final class SharedJournal implements Journal {

    /** After so long without a sign of life its holder counts as dead. */
    public static final Duration TIME_TO_LIVE = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final KeyStore store;
    private final String by;
    private final Clock clock;
    private final Duration timeToLive;
    private final Ticker ticker;
    private final String session = UUID.randomUUID().toString();

    private @Nullable Lease lease;
    private long lockRevision;
    private long runRevision;

    /** What the lock says, to people and to whoever waits for it. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Holder(String by, Instant since, String session) {}

    private SharedJournal(KeyStore store, String by, Clock clock, Duration timeToLive, Ticker ticker) {
        this.store = store;
        this.by = by;
        this.clock = clock;
        this.timeToLive = timeToLive;
        this.ticker = ticker;
    }

    /**
     * Takes the lock.
     *
     * @param store the standby's; stays the caller's
     * @param by who this is, for people: a process and a host
     * @param patience how long to wait for a holder that may be dead; {@link Duration#ZERO} to be told at once
     * @throws UnsafeToProceedException when somebody else holds it, and still does after that; it names who, and since when
     */
    public static SharedJournal open(KeyStore store, String by, Duration patience) {
        return open(store, by, patience, TIME_TO_LIVE, Clock.systemUTC(), Ticker.SYSTEM);
    }

    /** The same, with another time to live, clock and ticker. */
    public static SharedJournal open(
            KeyStore store, String by, Duration patience, Duration timeToLive, Clock clock, Ticker ticker) {
        SharedJournal journal = new SharedJournal(store, by, clock, timeToLive, ticker);
        long deadline = ticker.nanoTime() + patience.toNanos();
        while (!journal.take()) {
            if (ticker.nanoTime() - deadline >= 0) {
                Holder holder = journal.holder();
                if (holder != null) {
                    throw journal.heldBy(holder);
                }
            } else {
                journal.pause();
            }
        }
        return journal;
    }

    /**
     * Looks at a store whose lock is not taken.
     *
     * @throws UnsafeToProceedException when somebody holds it; it names who, and since when
     */
    public static void requireFree(KeyStore store) {
        SharedJournal other = new SharedJournal(store, "", Clock.systemUTC(), TIME_TO_LIVE, Ticker.SYSTEM);
        Holder holder = other.holder();
        if (holder != null) {
            throw other.heldBy(holder);
        }
    }

    /** The run that a store has whose lock is not taken: it is under way, or was the last. */
    public static Optional<RunRecord> look(KeyStore store) {
        return new SharedJournal(store, "", Clock.systemUTC(), TIME_TO_LIVE, Ticker.SYSTEM).read();
    }

    private UnsafeToProceedException heldBy(Holder holder) {
        return new UnsafeToProceedException(
                "A runbook is being run on " + store.name() + " by " + holder.by() + " since "
                        + holder.since() + ". Wait for it; if it is dead, its lock goes " + timeToLive.toSeconds()
                        + " s after it.");
    }

    /** Returns false while somebody else holds it. */
    private synchronized boolean take() {
        if (store.read(List.of(DrKitKeys.RUNBOOK_LOCK)).containsKey(DrKitKeys.RUNBOOK_LOCK)) {
            return isOurs();
        }
        release();
        Lease granted = store.grantLease(timeToLive);
        lease = granted;
        Operation put = new Operation.Put(DrKitKeys.RUNBOOK_LOCK, describe(), granted.id());
        try {
            if (store.commit(new Transaction(List.of(Guard.absent(DrKitKeys.RUNBOOK_LOCK)), List.of(put)))
                    instanceof CommitResult.Committed done) {
                lockRevision = done.revision();
                return true;
            }
        } catch (OutcomeUnknownException e) {
            return isOurs();
        }
        return false;
    }

    private boolean isOurs() {
        KeyValue lock = store.read(List.of(DrKitKeys.RUNBOOK_LOCK)).get(DrKitKeys.RUNBOOK_LOCK);
        if (lock == null || lease == null || !lock.value().utf8().contains(session)) {
            return false;
        }
        lockRevision = lock.modRevision();
        return true;
    }

    private @Nullable Holder holder() {
        KeyValue lock = store.read(List.of(DrKitKeys.RUNBOOK_LOCK)).get(DrKitKeys.RUNBOOK_LOCK);
        try {
            return lock == null ? null : RunRecord.JSON.readValue(lock.value().utf8(), Holder.class);
        } catch (JsonProcessingException e) {
            throw new UnsafeToProceedException("Cannot read " + DrKitKeys.RUNBOOK_LOCK.printable() + " at "
                    + store.name() + ": it is not what DrKit writes there. It goes away with its lease, or delete it.");
        }
    }

    private Bytes describe() {
        try {
            return Bytes.utf8(RunRecord.JSON.writeValueAsString(new Holder(by, clock.instant(), session)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized Optional<RunRecord> read() {
        KeyValue run = store.read(List.of(DrKitKeys.RUNBOOK_RUN)).get(DrKitKeys.RUNBOOK_RUN);
        runRevision = run == null ? 0 : run.modRevision();
        return run == null
                ? Optional.empty()
                : Optional.of(
                        RunRecord.parse(run.value().utf8(), DrKitKeys.RUNBOOK_RUN.printable() + " at " + store.name()));
    }

    /** As {@link Journal#write}. A store that does not answer is tried again for as long as a lock lives. */
    @Override
    public synchronized void write(RunRecord record) {
        long deadline = ticker.nanoTime() + timeToLive.toNanos();
        while (true) {
            try {
                if (wrote(record)) {
                    return;
                }
            } catch (SiteUnreachableException | OutcomeUnknownException e) {
                if (Thread.currentThread().isInterrupted() || ticker.nanoTime() - deadline >= 0) {
                    throw e;
                }
            }
            pause();
        }
    }

    /** Returns false when it is to be tried again. */
    private boolean wrote(RunRecord record) {
        Bytes value = Bytes.utf8(record.toJson());
        List<Guard> guards = List.of(
                Guard.unchanged(DrKitKeys.RUNBOOK_LOCK, lockRevision),
                Guard.unchanged(DrKitKeys.RUNBOOK_RUN, runRevision));
        CommitResult result =
                store.commit(new Transaction(guards, List.of(Operation.put(DrKitKeys.RUNBOOK_RUN, value))));
        if (result instanceof CommitResult.Committed done) {
            runRevision = done.revision();
            return true;
        }
        if (result instanceof CommitResult.OutOfSpace) {
            throw new UnsafeToProceedException(
                    store.name() + " is out of space and takes no writes: compact, defragment and disarm its alarm.");
        }
        Map<Bytes, KeyValue> now = store.read(List.of(DrKitKeys.RUNBOOK_LOCK, DrKitKeys.RUNBOOK_RUN));
        KeyValue run = now.get(DrKitKeys.RUNBOOK_RUN);
        if (run != null && run.value().equals(value)) {
            // An earlier attempt whose answer was lost.
            runRevision = run.modRevision();
            return true;
        }
        if ((run == null ? 0 : run.modRevision()) != runRevision) {
            throw new UnsafeToProceedException("Somebody else has taken this run over, at " + store.name() + ".");
        }
        if (!now.containsKey(DrKitKeys.RUNBOOK_LOCK)) {
            // It expired, and nobody has run anything since, for the run is as we wrote it.
            take();
            return false;
        }
        if (isOurs()) {
            return false;
        }
        Holder holder = holder();
        throw holder == null ? new UnsafeToProceedException("The lock is somebody else's.") : heldBy(holder);
    }

    @Override
    public synchronized boolean isHeld() {
        return lockRevision != 0 && lease != null && lease.isAlive();
    }

    private void pause() {
        try {
            ticker.await(new CountDownLatch(1), PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("The wait for " + store.name() + " was interrupted.", e);
        }
    }

    private void release() {
        lockRevision = 0;
        if (lease != null) {
            lease.close();
            lease = null;
        }
    }

    @Override
    public synchronized void close() {
        release();
    }

    @Override
    public String toString() {
        return store.name();
    }
}
