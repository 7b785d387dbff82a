package io.drkit.mirror;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction.Operation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The keys whose values the standby refused. They are remembered on the standby, named in status and check, and tried again whenever they
 * change and in every copy. Some of them hold someone else's value that is too large to be set aside, and so is not overwritten. Their names are held in memory: they are few, for a primary takes such values only if its limit is the higher one.
 */
final class SkippedKeys {

    private final Bytes prefix;
    private static final Bytes KEPT =
            Bytes.utf8("kept: what is there is not the primary's, and too large to be set aside");

    private final TreeSet<Bytes> keys = new TreeSet<>();
    private final Set<Bytes> kept = new HashSet<>();

    private SkippedKeys(Bytes prefix) {
        this.prefix = prefix;
    }

    static SkippedKeys load(KeyStore standby, MirrorOptions options) {
        SkippedKeys skipped = new SkippedKeys(DrKitKeys.skipped(options.name()));
        KeyRange rest = KeyRange.prefix(skipped.prefix);
        for (boolean more = true; more; ) {
            Page page = standby.range(RangeRequest.of(rest, 0, options.pageSize()));
            for (KeyValue marker : page.entries()) {
                skipped.add(marker.key().dropFirst(skipped.prefix.size()), marker.value());
                rest = rest.from(marker.key().successor());
            }
            more = page.more();
        }
        return skipped;
    }

    /**
     * Remembers that {@code refused} was not made.
     *
     * @return the change that writes it down
     */
    Change add(Change refused) {
        Bytes why = refused.setsAside() > 0 ? KEPT : Bytes.utf8(refused.putBytes() + " bytes refused");
        add(refused.key(), why);
        return new Change(refused.key(), List.of(Operation.put(prefix.concat(refused.key()), why)), null);
    }

    private void add(Bytes key, Bytes why) {
        keys.add(key);
        if (why.equals(KEPT)) {
            kept.add(key);
        } else {
            kept.remove(key);
        }
    }

    /** The change, and the removal of the key's marker if it has one. */
    Change forgetIfSkipped(Change change) {
        return keys.contains(change.key()) ? change.and(Operation.delete(prefix.concat(change.key()))) : change;
    }

    /** The changes were done: those that removed a marker make their keys whole again. */
    void made(List<Change> changes) {
        if (!keys.isEmpty()) {
            changes.stream()
                    .filter(change -> change.operations().contains(Operation.delete(prefix.concat(change.key()))))
                    .map(Change::key)
                    .forEach(key -> {
                        keys.remove(key);
                        kept.remove(key);
                    });
        }
    }

    /** Whether what the standby holds there is someone else's, and could not be set aside. */
    boolean keeps(Bytes key) {
        return kept.contains(key);
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
