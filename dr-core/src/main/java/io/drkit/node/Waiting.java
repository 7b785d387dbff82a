package io.drkit.node;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asking a node again and again, ever more slowly, until the time is up. For one thread. */
public final class Waiting {

    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final long end;
    private long pauseMillis = 25;

    /** @param timeout from now on, by the time that does not jump */
    public Waiting(Duration timeout) {
        this.end = System.nanoTime() + timeout.toNanos();
    }

    /** Pauses; false when the time is up or the thread is interrupted, which it stays. */
    public boolean goesOn() {
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
