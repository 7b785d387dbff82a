package io.drkit.mirror;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys that the standby has and the primary never gave it: to be kept. Those found are marked on the standby, each with its create revision, so
 * that a mark on a key that was deleted and came anew from the primary is void.
 *
 * <p>Marked is also what is out of scope for now, by its value or because that cannot be read, and what the primary has too and must not write
 * over: later it may be in scope, or the primary's be gone, when nothing else tells any more whose it is. Only what is in scope and the
 * standby's alone is surplus.
 */
final class Strangers {

    private static final int OVERDUE = 1_000;
    private static final int PAGE = 1_000;

    private final KeyStore standby;
    private final ForeignRevisions foreign;
    private final String name;
    private final Bytes prefix;
    private final int pageSize;
    private long count;
    private long surplus;

    /**
     * @param createRevision of the key when it was marked
     * @param surplus whether it was in scope then, and no key of the primary
     */
    record Mark(long createRevision, boolean surplus) {

        private static final String ASIDE = " aside";

        static Mark parse(Bytes value) {
            String text = value.utf8();
            boolean surplus = !text.endsWith(ASIDE);
            String number = surplus ? text : text.substring(0, text.length() - ASIDE.length());
            return new Mark(Long.parseLong(number), surplus);
        }

        Bytes toBytes() {
            return Bytes.utf8(createRevision + (surplus ? "" : ASIDE));
        }
    }

    Strangers(KeyStore standby, ForeignRevisions foreign, MirrorOptions options) {
        this.standby = standby;
        this.foreign = foreign;
        this.name = options.name();
        this.prefix = DrKitKeys.strangers(options.name());
        this.pageSize = options.pageSize();
        recount();
    }

    /** Whether any key on the standby could be a stranger: if not, there is no need to look. */
    boolean possible() {
        return count > 0 || !foreign.isEmpty();
    }

    /** Whether so much awaits a sweep that its book, which goes with every transaction that adds to it, gets large. */
    boolean isOverdue() {
        return foreign.size() > OVERDUE;
    }

    /** Whether there is nothing that a sweep would look into. */
    boolean isSwept() {
        return foreign.isEmpty();
    }

    /** How many marks there are on surplus; until they are counted again, at most so many. */
    long surplus() {
        return surplus;
    }

    /** The marks of a range's keys. */
    Map<Bytes, Mark> marks(KeyRange range) {
        return count == 0 ? new HashMap<>() : marks(standby, name, range);
    }

    /** The same, for a mirror that need not run. */
    static Map<Bytes, Mark> marks(KeyStore standby, String name, KeyRange range) {
        Bytes prefix = DrKitKeys.strangers(name);
        Map<Bytes, Mark> marks = new HashMap<>();
        Bytes end = range.end();
        KeyRange rest = new KeyRange(
                prefix.concat(range.start()),
                end == null ? KeyRange.prefix(prefix).end() : prefix.concat(end));
        for (boolean more = true; more; ) {
            Page page = standby.range(RangeRequest.of(rest, 0, PAGE));
            for (KeyValue mark : page.entries()) {
                marks.put(mark.key().dropFirst(prefix.size()), Mark.parse(mark.value()));
                rest = rest.from(mark.key().successor());
            }
            more = page.more();
        }
        return marks;
    }

    /** Whether {@code entry} of the standby came from someone else than the primary. */
    boolean isStranger(KeyValue entry, @Nullable Mark mark) {
        return isMarked(entry, mark)
                || (foreign.contains(entry.createRevision()) && foreign.contains(entry.modRevision()));
    }

    /** Whether the value of {@code entry} is someone else's, be the key the primary's or not. */
    boolean isForeignValue(KeyValue entry, @Nullable Mark mark) {
        return isMarked(entry, mark) || foreign.contains(entry.modRevision());
    }

    static boolean isMarked(KeyValue entry, @Nullable Mark mark) {
        return mark != null && mark.createRevision() == entry.createRevision();
    }

    /** To be written. From now on it may be there, so marks are looked for. */
    Operation mark(KeyValue stranger, boolean isSurplus) {
        count++;
        surplus += isSurplus ? 1 : 0;
        Mark mark = new Mark(stranger.createRevision(), isSurplus);
        return Operation.put(prefix.concat(stranger.key()), mark.toBytes());
    }

    Operation unmark(Bytes key) {
        return Operation.delete(prefix.concat(key));
    }

    /** The keys of the standby, and their marks, as of now. */
    record Look(Map<Bytes, KeyValue> entries, Map<Bytes, Mark> marks) {}

    Look lookAt(List<Bytes> keys) {
        Map<Bytes, KeyValue> entries = new HashMap<>();
        Map<Bytes, Mark> marks = new HashMap<>();
        boolean marked = count > 0;
        int step = marked ? KeyStore.MAX_OPERATIONS / 2 : KeyStore.MAX_OPERATIONS;
        for (int from = 0; from < keys.size(); from += step) {
            List<Bytes> some = keys.subList(from, Math.min(from + step, keys.size()));
            List<Bytes> both = new ArrayList<>(some);
            if (marked) {
                some.forEach(key -> both.add(prefix.concat(key)));
            }
            Map<Bytes, KeyValue> read = standby.read(both);
            for (Bytes key : some) {
                KeyValue entry = read.get(key);
                KeyValue mark = read.get(prefix.concat(key));
                if (entry != null) {
                    entries.put(key, entry);
                }
                if (mark != null) {
                    marks.put(key, Mark.parse(mark.value()));
                }
            }
        }
        return new Look(entries, marks);
    }

    /**
     * Looks into all foreign revisions: marks the strangers they made and clears them from the books, so that deletions need not look any
     * more. Costs the standby a walk over the scope's range.
     */
    void sweep(MirrorScope scope, StandbyWriter writer) {
        long first = foreign.first();
        long settled = 0;
        KeyRange rest = scope.range();
        for (boolean more = true; more; ) {
            RangeRequest request = RangeRequest.of(rest, 0, pageSize).createdSince(first);
            Page page = standby.range(scope.readsValues() ? request : request.onlyKeys());
            settled = settled == 0 ? page.revision() : settled;
            List<Change> found = new ArrayList<>();
            for (KeyValue entry : page.entries()) {
                boolean held = scope.holds(entry);
                if ((held || mayBeHeld(scope, entry)) && isStranger(entry, null)) {
                    found.add(new Change(entry.key(), List.of(mark(entry, held)), null));
                }
                rest = rest.from(entry.key().successor());
            }
            if (!found.isEmpty()) {
                writer.write(found, writer.checkpoint());
            }
            more = page.more();
        }
        foreign.settle(settled);
        recount();
    }

    /** Whether another value, or one that can be read, could bring {@code entry} into the scope. */
    static boolean mayBeHeld(MirrorScope scope, KeyValue entry) {
        return scope.readsValues()
                && !entry.leased()
                && scope.range().contains(entry.key())
                && !DrKitKeys.OWN.contains(entry.key())
                && scope.mayAdmit(entry.key());
    }

    void recount() {
        Collection<Mark> marks = marks(standby, name, KeyRange.ALL).values();
        count = marks.size();
        surplus = marks.stream().filter(Mark::surplus).count();
    }
}
