package io.drkit.mirror;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something to be done now and then. */
final class Pulse {

    private final long interval;
    private @Nullable Long last;

    Pulse(Duration interval) {
        this.interval = interval.toNanos();
    }

    boolean isDue() {
        long now = System.nanoTime();
        if (last != null && now - last < interval) {
            return false;
        }
        last = now;
        return true;
    }
}
