package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that ever happened on a side that was never compacted, replayed in memory, forward only. */
final class History {

    private final TreeMap<Long, List<WatchEvent>> revisions = new TreeMap<>();
    private final Map<Bytes, Bytes> content = new HashMap<>();
    private long replayed;

    private History() {}

    static History of(Side side) throws InterruptedException {
        History history = new History();
        long last = side.revision();
        try (Watch watch = side.store().watch(KeyRange.ALL, 1)) {
            while (history.newest() < last) {
                WatchSignal signal = watch.next(Duration.ofSeconds(10));
                assertThat(signal).as("after %s of %s", history.newest(), last).isInstanceOf(WatchSignal.Events.class);
                for (WatchEvent event : ((WatchSignal.Events) signal).events()) {
                    history.revisions
                            .computeIfAbsent(event.revision(), revision -> new java.util.ArrayList<>())
                            .add(event);
                }
            }
        }
        return history;
    }

    private long newest() {
        return revisions.isEmpty() ? 0 : revisions.lastKey();
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
