package io.drkit.mirror;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction.Operation;
import java.util.List;
import java.util.TreeSet;

/**
 * The keys whose values the standby refused. They are remembered on the standby, named in status and check, and tried again whenever they
 * change and in every copy. Their names are held in memory: they are few, for a primary takes such values only if its limit is the higher one.
 */
final class SkippedKeys {

    private final Bytes prefix;
    private final TreeSet<Bytes> keys = new TreeSet<>();

    private SkippedKeys(Bytes prefix) {
        this.prefix = prefix;
    }

    static SkippedKeys load(KeyStore standby, MirrorOptions options) {
        SkippedKeys skipped = new SkippedKeys(DrKitKeys.skipped(options.name()));
        KeyRange rest = KeyRange.prefix(skipped.prefix);
        for (boolean more = true; more; ) {
            Page page =
                    standby.range(RangeRequest.of(rest, 0, options.pageSize()).onlyKeys());
            for (KeyValue marker : page.entries()) {
                skipped.keys.add(marker.key().dropFirst(skipped.prefix.size()));
                rest = rest.from(marker.key().successor());
            }
            more = page.more();
        }
        return skipped;
    }

    /** The change that remembers that {@code refused} was not made. */
    Change marker(Change refused) {
        String size = refused.putBytes() + " bytes refused";
        return new Change(refused.key(), List.of(Operation.put(prefix.concat(refused.key()), Bytes.utf8(size))), null);
    }

    /** The change, and the removal of the key's marker if it has one. */
    Change forgetIfSkipped(Change change) {
        return keys.contains(change.key()) ? change.and(Operation.delete(prefix.concat(change.key()))) : change;
    }

    void add(Bytes key) {
        keys.add(key);
    }

    /** The changes were done: those that removed a marker make their keys whole again. */
    void made(List<Change> changes) {
        if (!keys.isEmpty()) {
            changes.stream()
                    .filter(change -> change.operations().contains(Operation.delete(prefix.concat(change.key()))))
                    .map(Change::key)
                    .forEach(keys::remove);
        }
    }

    boolean contains(Bytes key) {
        return keys.contains(key);
    }

    List<Bytes> in(KeyRange range) {
        return keys.tailSet(range.start(), true).stream()
                .takeWhile(range::contains)
                .toList();
    }

    long count() {
        return keys.size();
    }

    List<Bytes> sample(int limit) {
        return keys.stream().limit(limit).toList();
    }
}
