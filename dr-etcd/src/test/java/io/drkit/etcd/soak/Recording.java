package io.drkit.etcd.soak;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** All that happens at a site from its first revision on, read as it happens: a watch that ends is followed by one that goes on where it was. */
final class Recording implements AutoCloseable {

    private final KeyStore store;
    private final Thread reader = new Thread(this::read, "recording");
    private NavigableMap<Long, List<WatchEvent>> revisions = new TreeMap<>();
    private long seen = 1;
    private volatile boolean isClosed;
    private @Nullable Throwable failure;

    Recording(KeyStore store) {
        this.store = store;
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try {
            while (!isClosed) {
                try (Watch watch = store.watch(KeyRange.ALL, seen() + 1)) {
                    follow(watch);
                } catch (SiteUnreachableException e) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void follow(Watch watch) throws InterruptedException {
        List<WatchEvent> open = new ArrayList<>();
        while (!isClosed) {
            if (watch.next(Duration.ofMillis(200)) instanceof WatchSignal.Events events) {
                open.addAll(events.events());
                if (!events.continued()) {
                    add(open);
                    open.clear();
                }
            }
        }
    }

    private synchronized void add(List<WatchEvent> events) {
        for (WatchEvent event : events) {
            revisions
                    .computeIfAbsent(event.revision(), revision -> new ArrayList<>())
                    .add(event);
            seen = event.revision();
        }
        notifyAll();
    }

    private synchronized void fail(Throwable e) {
        failure = e;
        notifyAll();
    }

    /** The newest revision recorded. */
    synchronized long seen() {
        return seen;
    }

    /** Waits until what has happened so far is recorded, and hands out what was not handed out before. */
    synchronized NavigableMap<Long, List<WatchEvent>> take(long upTo, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (seen < upTo) {
            if (failure != null || System.nanoTime() - deadline > 0) {
                throw new AssertionError("recorded " + store.name() + " up to " + seen + " only, not " + upTo, failure);
            }
            wait(100);
        }
        NavigableMap<Long, List<WatchEvent>> taken = revisions;
        revisions = new TreeMap<>();
        return taken;
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
