package io.drkit.examples.bench.raw;

import io.drkit.DrException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToIntFunction;

/** A bare watch that notes when it delivered each of a number of writes. */
public final class Arrivals implements AutoCloseable {

    private final Watch watch;
    private final ToIntFunction<WatchEvent> number;
    private final AtomicLongArray seen;
    private final CountDownLatch missing;
    private final Thread thread = new Thread(this::run, "arrivals");

    /**
     * Watches from now on.
     *
     * @param number which write an event shows: 0 up to {@code count}, exclusive
     */
    public Arrivals(KeyStore store, KeyRange range, int count, ToIntFunction<WatchEvent> number) {
        this.number = number;
        this.seen = new AtomicLongArray(count);
        this.missing = new CountDownLatch(count);
        this.watch = store.watch(range, store.revision() + 1);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                WatchSignal signal = watch.next(Duration.ofSeconds(1));
                long now = System.nanoTime();
                if (signal instanceof WatchSignal.Events events) {
                    for (WatchEvent event : events.events()) {
                        if (seen.compareAndSet(number.applyAsInt(event), 0, now)) {
                            missing.countDown();
                        }
                    }
                }
            }
        } catch (DrException | InterruptedException e) {
            // Closed, or over: whoever waits will miss the rest.
        }
    }

    /** @throws IllegalStateException when not all have arrived in time */
    public void await(Duration patience) throws InterruptedException {
        if (!missing.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(missing.getCount() + " of " + seen.length() + " writes did not arrive");
        }
    }

    /** When the write was delivered, by {@link System#nanoTime}. */
    public long at(int write) {
        return seen.get(write);
    }

    @Override
    public void close() {
        watch.close();
        thread.interrupt();
    }
}
