package io.drkit.mirror;

import io.drkit.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How old the oldest change may be that the standby lacks. From time to time the primary's newest revision is noted with the time: once the
 * standby has reached a noted revision, it lacks nothing from before that time. So this is an upper bound, by the monotonic clock.
 */
final class Lag {

    private static final int MAX_SAMPLES = 1_000;

    private record Sample(long revision, long nanoTime) {}

    private final Ticker ticker;
    private final Deque<Sample> pending = new ArrayDeque<>();
    private long newestRevision;
    private @Nullable Sample reached;

    Lag(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The primary, asked at {@code askedNanoTime}, answered {@code revision}: nothing older than the question is newer than the answer. */
    void sample(long revision, long askedNanoTime) {
        newestRevision = Math.max(newestRevision, revision);
        pending.addLast(new Sample(revision, askedNanoTime));
        if (pending.size() > MAX_SAMPLES) {
            thin();
        }
    }

    /** The age of the newest sample at or before {@code revision}; empty if none is known, as after the standby went back. */
    Optional<Duration> of(long revision) {
        if (reached != null && reached.revision() > revision) {
            reached = null;
        }
        while (!pending.isEmpty() && pending.getFirst().revision() <= revision) {
            reached = pending.removeFirst();
        }
        return Optional.ofNullable(reached).map(sample -> Duration.ofNanos(ticker.nanoTime() - sample.nanoTime()));
    }

    /** When the newest known sample at or before {@code revision} was asked for, by the ticker; empty if none is known. */
    OptionalLong sampled(long revision) {
        Sample newest = reached != null && reached.revision() <= revision ? reached : null;
        for (Sample sample : pending) {
            if (sample.revision() > revision) {
                break;
            }
            newest = sample;
        }
        return newest == null ? OptionalLong.empty() : OptionalLong.of(newest.nanoTime());
    }

    long newestRevision() {
        return newestRevision;
    }

    /** Every other sample goes: the bound gets coarser, and stays a bound. */
    private void thin() {
        Deque<Sample> kept = new ArrayDeque<>();
        boolean keep = true;
        for (Sample sample : pending) {
            if (keep) {
                kept.addLast(sample);
            }
            keep = !keep;
        }
        pending.clear();
        pending.addAll(kept);
    }
}
