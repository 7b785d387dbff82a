package io.drkit.mirror;

import io.drkit.mirror.MirrorOptions.Risk;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** What outlives the single attempts of a session. For the mirror's thread, except where it says otherwise. */
final class SessionState {

    private final MirrorOptions options;
    private final Progress progress;
    private final MirrorLock lock;
    private final ShrinkGuard shrink;
    private final StandbyCompaction compaction;
    private final Set<Risk> accepted;
    private final String quarantineName;
    private boolean stopping;
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

    /** What a person has accepted, until the session has begun to mirror. */
    Set<Risk> accepted() {
        return accepted;
    }

    /** What the batches are called into which this session sets values aside. */
    String quarantineName() {
        return quarantineName;
    }

    /** Any thread may ask for the end. */
    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    synchronized boolean isStopping() {
        return stopping;
    }

    /** Someone waits for this revision of the primary; from any thread. */
    synchronized void want(long revision) {
        wanted = Math.max(wanted, revision);
    }

    synchronized long wanted() {
        return wanted;
    }

    /** Waits, unless the session stops. */
    synchronized void pause(Duration pause) throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        for (long left = pause.toMillis(); !stopping && left > 0; left = (until - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }
}
