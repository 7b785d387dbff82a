package io.drkit.mirror;

import io.drkit.mirror.MirrorOptions.Risk;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** What outlives the single attempts of a session. For the mirror's thread, except where it says otherwise. */
final class SessionState {

    private final MirrorOptions options;
    private final Progress progress;
    private final MirrorLock lock;
    private final ShrinkGuard shrink;
    private final StandbyCompaction compaction;
    private final Contention contention;
    private final Set<Risk> accepted;
    private final String quarantineName;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private boolean reconciles;
    private long wanted;

    SessionState(
            MirrorOptions options,
            Progress progress,
            MirrorLock lock,
            ShrinkGuard shrink,
            StandbyCompaction compaction) {
        this.options = options;
        this.progress = progress;
        this.lock = lock;
        this.shrink = shrink;
        this.compaction = compaction;
        this.reconciles = options.reconcile();
        this.contention = new Contention(options);
        this.accepted = EnumSet.noneOf(Risk.class);
        this.accepted.addAll(options.accept());
        this.quarantineName =
                options.name() + "-" + options.clock().instant().toString().replace(":", "");
    }

    MirrorOptions options() {
        return options;
    }

    Progress progress() {
        return progress;
    }

    MirrorLock lock() {
        return lock;
    }

    ShrinkGuard shrink() {
        return shrink;
    }

    StandbyCompaction compaction() {
        return compaction;
    }

    Contention contention() {
        return contention;
    }

    /** What a person has accepted, until the session has begun to mirror. */
    Set<Risk> accepted() {
        return accepted;
    }

    /** Whether all keys are yet to be gone through, as was asked for. */
    boolean reconciles() {
        return reconciles;
    }

    /** A copy has begun, which the checkpoint tells. */
    void reconciling() {
        reconciles = false;
    }

    /** What the batches are called into which this session sets values aside. */
    String quarantineName() {
        return quarantineName;
    }

    /** Any thread may ask for the end. */
    void stop() {
        stopping.countDown();
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Someone waits for this revision of the primary; from any thread. */
    synchronized void want(long revision) {
        wanted = Math.max(wanted, revision);
    }

    synchronized long wanted() {
        return wanted;
    }

    /** Waits, unless the session stops. */
    void pause(Duration pause) throws InterruptedException {
        options.ticker().await(stopping, pause);
    }
}
