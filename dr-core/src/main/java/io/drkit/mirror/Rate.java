package io.drkit.mirror;

import io.drkit.Ticker;
import java.util.ArrayDeque;
import java.util.Deque;

/** How much a growing count grew in a second, of late. */
final class Rate {

    private static final long WINDOW = 10_000_000_000L;

    private record Sample(long count, long nanoTime) {}

    private final Ticker ticker;
    private final Deque<Sample> samples = new ArrayDeque<>();

    Rate(Ticker ticker) {
        this.ticker = ticker;
    }

    /** To be called about once a second. */
    void sample(long count) {
        long now = ticker.nanoTime();
        samples.addLast(new Sample(count, now));
        while (samples.size() > 2 && now - samples.getFirst().nanoTime() > WINDOW) {
            samples.removeFirst();
        }
    }

    double perSecond(long count) {
        if (samples.isEmpty()) {
            return 0;
        }
        Sample first = samples.getFirst();
        double seconds = (ticker.nanoTime() - first.nanoTime()) / 1e9;
        return seconds <= 0 ? 0 : (count - first.count()) / seconds;
    }
}
