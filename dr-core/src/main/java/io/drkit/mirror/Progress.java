package io.drkit.mirror;

import io.drkit.Ticker;
import io.drkit.consistency.Proof;
import io.drkit.mirror.MirrorStatus.Failure;
import io.drkit.mirror.MirrorStatus.State;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a session can tell of itself: written by the mirror's thread, read by anyone. */
final class Progress {

    private static final int SAMPLE = 10;

    private final Clock clock;
    private final Ticker ticker;
    private final Lag lag;
    private State state = State.STARTING;
    private long appliedRevision;
    private boolean complete;
    private long keys;
    private long copied;
    private long appliedKeys;
    private long appliedBytes;
    private final Rate keyRate;
    private final Rate byteRate;
    private @Nullable Proof lastProof;
    private long splitRevisions;
    private long skipped;
    private List<SkippedKey> skippedSample = List.of();
    private long contended;
    private long corrected;
    private long unsettledAt;
    private long strangers;
    private long setAside;
    private long logIndex;
    private @Nullable Failure lastError;

    Progress(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
        this.unsettledAt = ticker.nanoTime();
        this.lag = new Lag(ticker);
        this.keyRate = new Rate(ticker);
        this.byteRate = new Rate(ticker);
    }

    synchronized void state(State state) {
        this.state = state;
        notifyAll();
    }

    synchronized State state() {
        return state;
    }

    synchronized void failed(String message) {
        lastError = new Failure(clock.instant(), message);
    }

    /** The primary was asked at {@code askedNanoTime}. */
    synchronized void sourceSeen(long revision, long askedNanoTime) {
        lag.sample(revision, askedNanoTime);
        keyRate.sample(appliedKeys);
        byteRate.sample(appliedBytes);
    }

    /** A length that the primary's log has reached. */
    synchronized void logSeen(long logIndex) {
        this.logIndex = Math.max(this.logIndex, logIndex);
    }

    synchronized void proved(Proof proof) {
        lastProof = proof;
    }

    /**
     * Goes on from what the checkpoint knows.
     *
     * @param complete false where a copy is to begin
     */
    synchronized void resumed(Checkpoint checkpoint, boolean complete) {
        logIndex = Math.max(logIndex, checkpoint.logIndex());
        copied = 0;
        appliedRevision = 0;
        reached(checkpoint.revision(), complete);
        keys = checkpoint.keys();
    }

    synchronized void checkpointMoved(Checkpoint checkpoint) {
        reached(checkpoint.revision(), checkpoint.isComplete());
        keys = checkpoint.keys();
    }

    /**
     * The standby equals the primary at {@code revision}: in all of the scope, if the copy is complete. A checkpoint may be written that is older
     * than what was reached without one.
     */
    synchronized void reached(long revision, boolean copyComplete) {
        appliedRevision = Math.max(appliedRevision, revision);
        complete = copyComplete;
        if (!complete) {
            unsettled();
        }
        if (complete && state == State.COPYING) {
            state = State.STREAMING;
        }
        notifyAll();
    }

    synchronized void applied(List<Change> changes) {
        for (Change change : changes) {
            appliedKeys += change.writesKey() ? 1 : 0;
            appliedBytes += change.putBytes();
            setAside += change.setsAside();
        }
    }

    synchronized void copyStarted() {
        copied = 0;
    }

    /** @param all whether these were the last; keys that cannot be in scope are not counted one by one */
    synchronized void copied(long more, boolean all) {
        copied = all ? Math.max(copied + more, keys) : copied + more;
    }

    synchronized void revisionSplit() {
        splitRevisions++;
    }

    /** One key that others had written was put right. */
    synchronized void corrected() {
        corrected++;
        unsettled();
    }

    /** Something on the standby is not, or was not a moment ago, as it should be. */
    synchronized void unsettled() {
        unsettledAt = ticker.nanoTime();
    }

    /** How long nothing on the standby has had to be put right. */
    synchronized Duration settledFor() {
        return Duration.ofNanos(ticker.nanoTime() - unsettledAt);
    }

    synchronized void strangers(long count) {
        strangers = count;
    }

    synchronized void skipped(SkippedKeys keys) {
        skipped = keys.count();
        skippedSample = keys.sample(SAMPLE);
        contended = keys.contended();
    }

    /**
     * Until when all that the primary acknowledged is in {@code next}, for {@link Checkpoint#asOf}. What was known stays true, for revisions only
     * grow.
     */
    synchronized long asOf(Checkpoint next) {
        if (!next.isComplete()) {
            return 0;
        }
        long now = clock.millis();
        // One that lies ahead was told by a clock that has been set back since.
        long known = next.asOf() > now ? 0 : next.asOf();
        OptionalLong sampled = lag.sampled(next.revision());
        return sampled.isEmpty()
                ? known
                : Math.max(
                        known,
                        now
                                - Duration.ofNanos(ticker.nanoTime() - sampled.getAsLong())
                                        .toMillis()
                                - 1);
    }

    synchronized long logIndex() {
        return logIndex;
    }

    /** The newest revision of the primary that was seen. */
    synchronized long sourceRevision() {
        return lag.newestRevision();
    }

    /** Waits until the standby is level with {@code revision} or the session ended; returns whether either is so. */
    synchronized boolean await(long revision, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!state.isEnd() && !(complete && appliedRevision >= revision)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }

    synchronized MirrorStatus status() {
        return new MirrorStatus(
                state,
                Math.max(lag.newestRevision(), appliedRevision),
                appliedRevision,
                complete ? lag.of(appliedRevision) : Optional.empty(),
                keys,
                copied,
                appliedKeys,
                appliedBytes,
                keyRate.perSecond(appliedKeys),
                byteRate.perSecond(appliedBytes),
                splitRevisions,
                skipped,
                skippedSample,
                contended,
                corrected,
                strangers,
                setAside,
                Optional.ofNullable(lastProof),
                Optional.ofNullable(lastError));
    }
}
