package io.drkit.mirror;

import io.drkit.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something to be done now and then. */
final class Pulse {

    private final Ticker ticker;
    private final long interval;
    private @Nullable Long last;

    Pulse(Ticker ticker, Duration interval) {
        this.ticker = ticker;
        this.interval = interval.toNanos();
    }

    boolean isDue() {
        long now = ticker.nanoTime();
        if (last != null && now - last < interval) {
            return false;
        }
        last = now;
        return true;
    }
}
