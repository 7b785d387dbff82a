package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a controller saw of the registry, by key, by uid and by the uids of owners. Not thread-safe. */
final class Cache {

    private final TreeMap<Bytes, Seen> objects = new TreeMap<>();
    private final Map<String, Set<Bytes>> byUid = new HashMap<>();
    private final Map<String, Set<Bytes>> byOwner = new HashMap<>();

    /** @return what was there before */
    @Nullable Seen put(Bytes key, @Nullable Seen now) {
        Seen before = now == null ? objects.remove(key) : objects.put(key, now);
        if (before != null) {
            index(before, false);
        }
        if (now != null) {
            index(now, true);
        }
        return before;
    }

    private void index(Seen seen, boolean add) {
        index(byUid, seen.object().uid(), seen.key(), add);
        seen.object().owners().forEach(owner -> index(byOwner, owner.uid(), seen.key(), add));
    }

    private static void index(Map<String, Set<Bytes>> index, String uid, Bytes key, boolean add) {
        if (add) {
            index.computeIfAbsent(uid, unknown -> new HashSet<>()).add(key);
        } else {
            index.computeIfPresent(uid, (known, keys) -> keys.remove(key) && keys.isEmpty() ? null : keys);
        }
    }

    Optional<Seen> get(Bytes key) {
        return Optional.ofNullable(objects.get(key));
    }

    Collection<Seen> all() {
        return objects.values();
    }

    List<Bytes> keys() {
        return List.copyOf(objects.keySet());
    }

    Set<Bytes> ofUid(String uid) {
        return Set.copyOf(byUid.getOrDefault(uid, Set.of()));
    }

    /** Those that name an owner of this uid. */
    Set<Bytes> dependents(String uid) {
        return Set.copyOf(byOwner.getOrDefault(uid, Set.of()));
    }

    List<Seen> dependents(String uid, String kind) {
        return dependents(uid).stream()
                .map(key -> get(key).orElseThrow())
                .filter(seen -> seen.object().kind().equals(kind))
                .toList();
    }
}
