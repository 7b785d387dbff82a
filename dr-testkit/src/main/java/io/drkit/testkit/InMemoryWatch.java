package io.drkit.testkit;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A watch that reads the log of an {@link InMemoryKeyStore} as it is pulled. All its state is guarded by the store's lock. */
final class InMemoryWatch implements Watch {

    private final InMemoryKeyStore store;
    private final KeyRange range;
    /** The revision to be read next, and how many of its events were delivered already. */
    private long revision;

    private int delivered;
    private boolean progressRequested;
    private @Nullable String ended;

    InMemoryWatch(InMemoryKeyStore store, KeyRange range, long startRevision) {
        this.store = store;
        this.range = range;
        this.revision = startRevision;
    }

    @Override
    public WatchSignal next(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        store.lock.lockInterruptibly();
        try {
            store.touch();
            while (true) {
                if (ended != null) {
                    throw new SiteUnreachableException("The watch of " + store.name() + " is over: it " + ended + ".");
                }
                if (revision < store.content.compacted()) {
                    end("was compacted away");
                    store.forget(this);
                    throw store.content.compacted(revision);
                }
                WatchSignal.Events events = events();
                if (!events.events().isEmpty()) {
                    return events;
                }
                if (progressRequested) {
                    progressRequested = false;
                    return store.trustedProgress
                            ? new WatchSignal.Progress(store.content.revision())
                            : new WatchSignal.Alive();
                }
                if (left <= 0) {
                    return new WatchSignal.Idle();
                }
                left = store.changed.awaitNanos(left);
            }
        } finally {
            store.lock.unlock();
        }
    }

    private WatchSignal.Events events() {
        List<WatchEvent> batch = new ArrayList<>();
        for (Map.Entry<Long, List<WatchEvent>> change :
                store.content.changesSince(revision).entrySet()) {
            List<WatchEvent> events = change.getValue().stream()
                    .filter(event -> range.contains(event.key()))
                    .toList();
            if (change.getKey() > revision) {
                revision = change.getKey();
                delivered = 0;
            }
            List<WatchEvent> rest = events.subList(delivered, events.size());
            int room = store.watchBatch - batch.size();
            if (rest.size() > room) {
                batch.addAll(rest.subList(0, room));
                delivered += room;
                return new WatchSignal.Events(List.copyOf(batch), room > 0);
            }
            batch.addAll(rest);
            revision = change.getKey() + 1;
            delivered = 0;
        }
        return new WatchSignal.Events(List.copyOf(batch), false);
    }

    /** A watch that has nothing to deliver is not harmed by a compaction. */
    void skipSilence() {
        boolean silent = store.content.changesSince(revision).values().stream()
                .flatMap(List::stream)
                .noneMatch(event -> range.contains(event.key()));
        if (silent && revision >= store.content.compacted()) {
            revision = Math.max(revision, store.content.revision() + 1);
        }
    }

    void end(String why) {
        if (ended == null) {
            ended = why;
        }
    }

    @Override
    public void requestProgress() {
        store.locked(() -> progressRequested = true);
    }

    @Override
    public void close() {
        store.locked(() -> {
            end("was closed");
            store.forget(this);
            return true;
        });
    }
}
