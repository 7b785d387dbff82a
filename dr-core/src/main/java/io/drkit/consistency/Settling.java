package io.drkit.consistency;

import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.consistency.SideBySide.Pins;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Finds revisions of primary and standby that must be equal while a mirror runs: it waits until the mirror has applied all that the primary
 * held at the beginning, and pairs the checkpoint's revision with the standby's revision that the checkpoint was read at.
 */
final class Settling {

    private static final Duration POLL = Duration.ofMillis(100);

    /** After this share of the patience it is looked whether the mirror has anything to wait for at all. */
    private static final int IDLE_SHARE = 15;

    private final KeyStore primary;
    private final KeyStore standby;
    private final KeyRange range;
    private final Duration patience;
    private final Ticker ticker;
    private long wanted;
    private boolean resting;

    Settling(KeyStore primary, KeyStore standby, KeyRange range, CheckerOptions options) {
        this.primary = primary;
        this.standby = standby;
        this.range = range;
        this.patience = options.settle();
        this.ticker = options.ticker();
        this.wanted = primary.range(RangeRequest.of(range, 0, 1).onlyKeys()).revision();
    }

    /** There is no such pair, for the reason given. */
    static final class Unsettled extends RuntimeException {
        final String reason;

        Unsettled(String reason) {
            super(reason);
            this.reason = reason;
        }
    }

    /**
     * A pair that can be read now. Where no mirror runs, the newest of both sides.
     *
     * @throws Unsettled when patience has run out
     */
    Pins pins() {
        long start = ticker.nanoTime();
        boolean lookedForIdle = false;
        while (true) {
            Optional<RunningMirror> running = RunningMirror.at(standby);
            resting = running.isEmpty();
            if (resting) {
                return new Pins(0, 0);
            }
            RunningMirror mirror = running.get();
            long waited = ticker.nanoTime() - start;
            if (mirror.complete()
                    && mirror.revision() < wanted
                    && !lookedForIdle
                    && waited > patience.toNanos() / IDLE_SHARE) {
                lookedForIdle = true;
                if (unchangedSince(mirror.revision())) {
                    wanted = mirror.revision();
                }
            }
            boolean reached = mirror.complete() && mirror.revision() >= wanted;
            if (reached && readable(mirror.revision())) {
                return new Pins(mirror.revision(), mirror.standbyRevision());
            }
            if (waited > patience.toNanos()) {
                throw new Unsettled(reason(mirror, reached));
            }
            sleep();
        }
    }

    /** Whether a mirror has begun to run since none did: what differs may be what it is about to apply. */
    boolean disturbed() {
        return resting && RunningMirror.at(standby).isPresent();
    }

    private String reason(RunningMirror mirror, boolean reached) {
        String who = "Mirror " + mirror.name();
        if (!mirror.complete()) {
            return who + " is in the middle of a copy. Check again when it is through.";
        }
        if (reached) {
            return who + " stands at revision " + mirror.revision() + ", which the primary has compacted away."
                    + " Check again when it has moved on.";
        }
        return who + " is " + (wanted - mirror.revision()) + " revision(s) behind after " + patience.toSeconds()
                + " s. Check again when it has caught up.";
    }

    /** A store whose progress cannot be trusted leaves the checkpoint where it is as long as only keys out of range change. */
    private boolean unchangedSince(long revision) {
        try {
            RangeRequest now = RangeRequest.of(range, wanted, 1).onlyKeys();
            Page changed = primary.range(now.modifiedSince(revision + 1));
            Page then = primary.range(RangeRequest.of(range, revision, 1).onlyKeys());
            return changed.entries().isEmpty() && changed.count() == then.count();
        } catch (CompactedException e) {
            return false;
        }
    }

    private boolean readable(long revision) {
        try {
            primary.range(RangeRequest.of(range, revision, 1).onlyKeys());
            return true;
        } catch (CompactedException e) {
            return false;
        }
    }

    private void sleep() {
        try {
            ticker.await(new CountDownLatch(1), POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException(
                    "Interrupted while waiting for the mirror to " + standby.name() + "; nothing was changed.", e);
        }
    }
}
