package io.drkit.mirror;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction.Operation;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys in scope that the mirror does not write, each with why. They are remembered on the standby, named in status and check, and tried
 * again whenever they change and in every copy. Their names are held in memory: they are few, unless a whole kind cannot be read.
 */
final class SkippedKeys {

    /** What becomes of a skipped key. Each but the first begins the text of its markers. */
    enum Reason {
        /** The standby refuses the value. */
        REFUSED,
        /** The standby holds someone else's value, which is too large to be set aside. */
        KEPT,
        /** Something on the standby is in the way: an owner that is not there, say. Tried again now and then. */
        WITHHELD,
        /** Something on the standby writes it again and again. Tried again now and then. */
        CONTENDED,
        /** Whether it is in scope cannot be told, for the value cannot be read. */
        UNREADABLE,
        /** Waits for the end of a copy: its owners cannot be read, so everything older goes first. */
        DEFERRED;

        String text(String detail) {
            return this == REFUSED ? detail : label() + detail;
        }

        private String label() {
            return name().toLowerCase(Locale.ROOT) + ": ";
        }

        static Reason of(String text) {
            return EnumSet.complementOf(EnumSet.of(REFUSED)).stream()
                    .filter(reason -> text.startsWith(reason.label()))
                    .findFirst()
                    .orElse(REFUSED);
        }
    }

    private final Bytes prefix;
    private final TreeMap<Bytes, String> keys = new TreeMap<>();
    private long contended;

    private SkippedKeys(Bytes prefix) {
        this.prefix = prefix;
    }

    static SkippedKeys load(KeyStore standby, MirrorOptions options) {
        SkippedKeys skipped = new SkippedKeys(DrKitKeys.skipped(options.name()));
        KeyRange rest = KeyRange.prefix(skipped.prefix);
        for (boolean more = true; more; ) {
            Page page = standby.range(RangeRequest.of(rest, 0, options.pageSize()));
            for (KeyValue marker : page.entries()) {
                skipped.put(
                        marker.key().dropFirst(skipped.prefix.size()),
                        marker.value().utf8());
                rest = rest.from(marker.key().successor());
            }
            more = page.more();
        }
        return skipped;
    }

    /** The change that writes down that {@code refused} was not made. */
    Change add(Change refused) {
        return refused.setsAside() > 0
                ? mark(refused.key(), Reason.KEPT, "what is there is not the primary's, and too large to be set aside")
                : mark(refused.key(), Reason.REFUSED, refused.putBytes() + " bytes refused");
    }

    /** The change that writes down that {@code key} is left as it is; it does nothing if that is written already. */
    Change mark(Bytes key, Reason reason, String detail) {
        String text = reason.text(detail);
        return new Change(
                key,
                text.equals(keys.get(key)) ? List.of() : List.of(Operation.put(marker(key), Bytes.utf8(text))),
                null);
    }

    /** What takes a key's marker away. */
    Operation forget(Bytes key) {
        return Operation.delete(marker(key));
    }

    /** The change, and, where it writes the key, the removal of the key's marker if it has one. */
    Change forgetIfSkipped(Change change) {
        return change.writesKey() && keys.containsKey(change.key()) ? change.and(forget(change.key())) : change;
    }

    /** The changes were done, and what they say of markers is so. */
    void made(List<Change> changes) {
        for (Change change : changes) {
            Bytes marker = marker(change.key());
            for (Operation operation : change.operations()) {
                if (!operation.key().equals(marker)) {
                    continue;
                }
                if (operation instanceof Operation.Put put) {
                    put(change.key(), put.value().utf8());
                } else {
                    put(change.key(), null);
                }
            }
        }
    }

    /** @param text null if the key is not skipped any more */
    private void put(Bytes key, @Nullable String text) {
        String before = text == null ? keys.remove(key) : keys.put(key, text);
        contended += (isContended(text) ? 1 : 0) - (isContended(before) ? 1 : 0);
    }

    private static boolean isContended(@Nullable String text) {
        return text != null && Reason.of(text) == Reason.CONTENDED;
    }

    private Bytes marker(Bytes key) {
        return prefix.concat(key);
    }

    /** Whether what the standby holds there may be someone else's, though the books on foreign revisions know it no more. */
    boolean keeps(Bytes key) {
        String text = keys.get(key);
        return text != null && Reason.of(text) != Reason.REFUSED;
    }

    boolean is(Bytes key, Reason reason) {
        String text = keys.get(key);
        return text != null && Reason.of(text) == reason;
    }

    boolean contains(Bytes key) {
        return keys.containsKey(key);
    }

    Set<Bytes> in(KeyRange range) {
        return keys.tailMap(range.start(), true).keySet().stream()
                .takeWhile(range::contains)
                .collect(Collectors.toSet());
    }

    /** All that are skipped for one of these reasons, in key order, at and after {@code start}. */
    Stream<Bytes> from(Bytes start, Set<Reason> reasons) {
        return keys.tailMap(start, true).entrySet().stream()
                .filter(entry -> reasons.contains(Reason.of(entry.getValue())))
                .map(Map.Entry::getKey);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    long count() {
        return keys.size();
    }

    long contended() {
        return contended;
    }

    /** The first of them, in key order. */
    List<SkippedKey> sample(int limit) {
        return keys.entrySet().stream()
                .limit(limit)
                .map(entry -> new SkippedKey(entry.getKey(), entry.getValue()))
                .toList();
    }
}
