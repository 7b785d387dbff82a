package io.drkit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The monotonic time that intervals are measured by, and waiting by it: the system's, unless a simulation brings its own, in which an hour
 * passes at once. Thread-safe.
 */
public interface Ticker {

    /** The time that does not jump, whatever is done to the machine's clock. */
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public boolean await(CountDownLatch signal, Duration timeout) throws InterruptedException {
            return signal.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
    };

    /** Nanoseconds since some moment; only differences mean anything. */
    long nanoTime();

    /** Waits until {@code signal} is given or the time has passed; returns whether it was given. */
    boolean await(CountDownLatch signal, Duration timeout) throws InterruptedException;
}
