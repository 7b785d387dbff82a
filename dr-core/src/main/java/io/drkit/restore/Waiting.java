package io.drkit.restore;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks again and again, ever more slowly, until the time is up. */
final class Waiting {

    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final long end;
    private long pauseMillis = 25;

    Waiting(Duration timeout) {
        this.end = System.nanoTime() + timeout.toNanos();
    }

    /** Pauses; false when the time is up or the thread is interrupted, which it stays. */
    boolean goesOn() {
        if (System.nanoTime() > end) {
            return false;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 3 / 2);
        return true;
    }
}
