package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that happens on a side from a moment on, seen as it happens and replayed in memory, forward only. It is not read afterwards, for etcd
 * takes very long to cut a large backlog of small changes into messages.
 */
final class History implements AutoCloseable {

    private final Side side;
    private final Watch watch;
    private final Thread reader = new Thread(this::read, "history");
    private final TreeMap<Long, List<WatchEvent>> revisions = new TreeMap<>();
    private final Map<Bytes, Bytes> content = new HashMap<>();
    private long replayed;

    private History(Side side) {
        this.side = side;
        this.watch = side.store().watch(KeyRange.ALL, side.revision() + 1);
        reader.setDaemon(true);
        reader.start();
    }

    /** To be called while the scope holds nothing there. */
    static History of(Side side) {
        return new History(side);
    }

    private void read() {
        try {
            while (true) {
                if (watch.next(Duration.ofSeconds(1)) instanceof WatchSignal.Events events) {
                    add(events.events());
                }
            }
        } catch (InterruptedException | SiteUnreachableException e) {
            // It was closed.
        }
    }

    private synchronized void add(List<WatchEvent> events) {
        for (WatchEvent event : events) {
            revisions
                    .computeIfAbsent(event.revision(), revision -> new ArrayList<>())
                    .add(event);
        }
        notifyAll();
    }

    /** Waits until all that has happened so far was seen, and ends here. */
    synchronized void end() throws InterruptedException {
        long last = side.revision();
        while (revisions.isEmpty() || revisions.lastKey() < last) {
            assertThat(reader.isAlive()).isTrue();
            wait(1_000);
        }
        close();
    }

    @Override
    public void close() {
        watch.close();
    }

    Iterable<Map.Entry<Long, List<WatchEvent>>> revisions() {
        return revisions.entrySet();
    }

    /** The scope's content once everything up to {@code revision} happened, which must not be before the last one asked for. */
    Map<Bytes, Bytes> at(long revision) {
        assertThat(revision).isGreaterThanOrEqualTo(replayed);
        revisions.subMap(replayed, false, revision, true).values().forEach(events -> events.forEach(this::replay));
        replayed = revision;
        return content;
    }

    /** How many keys the first revision after {@code revision} that changed the scope changed there. */
    long changesAfter(long revision) {
        return revisions.tailMap(revision, false).values().stream()
                .mapToLong(events -> events.stream()
                        .filter(event -> Side.SCOPE.range().contains(event.key()))
                        .count())
                .filter(count -> count > 0)
                .findFirst()
                .orElse(0);
    }

    private void replay(WatchEvent event) {
        if (event.type() == WatchEvent.Type.PUT && Side.SCOPE.holds(event.entry())) {
            content.put(event.key(), event.entry().value());
        } else {
            content.remove(event.key());
        }
    }
}
