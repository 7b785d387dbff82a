package io.drkit.etcd.soak;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.WatchEvent;
import io.drkit.mirror.Checkpoint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Replays what was recorded of both sites and holds the mirror to its word: at each checkpoint C the standby is what the primary was at C, but
 * for what strangers wrote last; their keys are not touched, and what of theirs is overwritten is set aside in the same revision.
 */
final class Oracle {

    private static final MirrorScope SCOPE = MirrorScope.all();
    static final Bytes CHECKPOINT = DrKitKeys.checkpoint("default");
    private static final Bytes STRANGE = Bytes.utf8(Writers.STRANGE);

    private final NavigableMap<Long, List<WatchEvent>> source = new TreeMap<>();
    private final Map<Bytes, Bytes> primary = new HashMap<>();
    private final Map<Bytes, Bytes> standby = new HashMap<>();
    /** What a stranger touched last on the standby. */
    private final Set<Bytes> strange = new HashSet<>();
    /** What differs, and is not strange. */
    private final Set<Bytes> wrong = new HashSet<>();

    private long reached;
    private boolean isCopying;
    private long compared;
    private long setAside;

    /** Judges what was recorded since the last time. */
    void judge(NavigableMap<Long, List<WatchEvent>> source, NavigableMap<Long, List<WatchEvent>> copy) {
        this.source.putAll(source);
        copy.forEach(this::happened);
    }

    private void happened(long revision, List<WatchEvent> events) {
        boolean mirrors = events.stream().anyMatch(event -> DrKitKeys.OWN.contains(event.key()));
        for (WatchEvent event : events) {
            if (SCOPE.range().contains(event.key())) {
                if (mirrors) {
                    mirrorTouched(event, events);
                } else {
                    strange.add(event.key());
                }
                replay(event, standby);
            }
        }
        events.stream()
                .filter(event -> event.key().equals(CHECKPOINT) && event.type() == WatchEvent.Type.PUT)
                .forEach(event ->
                        checkpointMoved(revision, Checkpoint.parse(event.entry().value())));
    }

    private void mirrorTouched(WatchEvent event, List<WatchEvent> events) {
        Bytes key = event.key();
        if (key.startsWith(STRANGE)) {
            throw broken(event.revision(), "the mirror touched the stranger's " + key.printable());
        }
        Bytes lost = strange.remove(key) ? standby.get(key) : null;
        if (lost != null && !lost.equals(event.entry().value())) {
            boolean kept = events.stream()
                    .anyMatch(other -> DrKitKeys.QUARANTINE_RANGE.contains(other.key())
                            && other.key().printable().endsWith(key.printable())
                            && other.entry().value().equals(lost));
            if (!kept) {
                throw broken(event.revision(), "the stranger's value of " + key.printable() + " was lost");
            }
            setAside++;
        }
    }

    private void checkpointMoved(long revision, Checkpoint checkpoint) {
        if (!checkpoint.isComplete()) {
            isCopying = true;
            return;
        }
        long now = checkpoint.revision();
        if (now < reached) {
            throw broken(revision, "the checkpoint went back from " + reached + " to " + now);
        }
        // What stays at its revision may be amid a larger one, which is written in parts.
        if (now > reached || isCopying) {
            NavigableMap<Long, List<WatchEvent>> due = source.headMap(now, true);
            due.values().forEach(events -> events.forEach(event -> replay(event, primary)));
            due.clear();
            if (!wrong.isEmpty()) {
                throw broken(
                        revision,
                        "with checkpoint " + now + " these differ: "
                                + wrong.stream().map(Bytes::printable).toList());
            }
            compared++;
        }
        reached = now;
        isCopying = false;
    }

    private void replay(WatchEvent event, Map<Bytes, Bytes> content) {
        Bytes key = event.key();
        if (event.type() == WatchEvent.Type.PUT && SCOPE.holds(event.entry())) {
            content.put(key, event.entry().value());
        } else {
            content.remove(key);
        }
        if (isWrong(key, primary.get(key), standby.get(key))) {
            wrong.add(key);
        } else {
            wrong.remove(key);
        }
    }

    private boolean isWrong(Bytes key, @Nullable Bytes should, @Nullable Bytes is) {
        return SCOPE.range().contains(key) && !Objects.equals(should, is) && !strange.contains(key);
    }

    private static AssertionError broken(long revision, String promise) {
        return new AssertionError("at the standby's revision " + revision + " " + promise);
    }

    /** What the standby holds of strangers' keys. */
    Set<Bytes> surplus() {
        Set<Bytes> surplus = new HashSet<>(standby.keySet());
        surplus.removeAll(primary.keySet());
        return surplus;
    }

    /** How many checkpoints were compared. */
    long compared() {
        return compared;
    }

    /** How many strangers' values were overwritten, and found in quarantine. */
    long setAside() {
        return setAside;
    }
}
