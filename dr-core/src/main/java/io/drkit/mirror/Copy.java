package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.mirror.Corrections.Review;
import io.drkit.mirror.SkippedKeys.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all keys in scope, page by page, and makes the standby's equal to the primary's: the first copy, and the reconcile after
 * changes were compacted away unseen, which writes only what differs.
 *
 * <p>Each page is read at the revision that the tail has reached, while the tail keeps what was copied before level (an idea of Netflix's
 * DBLog). So no old revision has to outlive compaction, however long the copy takes, and when it ends the whole scope equals one revision of
 * the primary.
 */
final class Copy {

    /** What was copied counts once its page is through. So the first is small, and each may be four times the last: over a bad link, too, a copy comes on. */
    private static final int FIRST_PAGE = 500;

    /** So many keys are made out at a time: while one such step is under way the next is, and at the start of a page nothing is. */
    private static final int STEP = 250;

    /** The primary's next page, asked for while the one before is written. */
    private record Ahead(Bytes from, long revision, CompletableFuture<Page> page) {

        boolean isOf(Bytes from, long revision) {
            return this.revision == revision && this.from.equals(from);
        }
    }

    private final KeyStore source;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final MirrorOptions options;
    private final StandbyWriter writer;
    private final SkippedKeys skipped;
    private final Strangers strangers;
    private final Differences differences;
    private final Corrections corrections;
    private final WriteOrder order;
    private final Progress progress;
    private @Nullable Ahead ahead;
    /** A key of the page that is being copied which can testify to the primary's history. */
    private @Nullable KeyValue witness;

    /** What the standby holds from {@link #expected} on, where the next page is to begin; null where that has to be asked anew. */
    private @Nullable StandbyPages there;

    private @Nullable Bytes expected;
    private int limit;

    /** What goes before everything else was copied by this run. */
    private boolean begun;

    /** All is copied but for something that was pulled ahead and is newer than what the tail has reached. */
    private boolean waits;

    Copy(
            KeyStore source,
            KeyStore standby,
            MirrorScope scope,
            MirrorOptions options,
            StandbyWriter writer,
            SkippedKeys skipped,
            Strangers strangers,
            Differences differences,
            Corrections corrections,
            WriteOrder order,
            Progress progress) {
        this.source = source;
        this.standby = standby;
        this.scope = scope;
        this.options = options;
        this.writer = writer;
        this.skipped = skipped;
        this.strangers = strangers;
        this.differences = differences;
        this.corrections = corrections;
        this.order = order;
        this.progress = progress;
        this.limit = Math.min(options.pageSize(), FIRST_PAGE);
    }

    boolean isComplete() {
        return writer.checkpoint().isComplete();
    }

    /** Whether there is nothing to be done before the tail has come further. */
    boolean waitsFor(Tail tail) {
        return waits && tail.position() < order.newest();
    }

    /** Whether {@code key} was copied, so that its changes are to be applied. */
    boolean covers(Bytes key) {
        Bytes copiedTo = writer.checkpoint().copiedTo();
        return copiedTo == null || key.compareTo(copiedTo) < 0;
    }

    /** Copies the next page, as of the tail's position; nothing may be pending there. */
    void step(Tail tail) throws InterruptedException {
        Bytes from = writer.checkpoint().copiedTo();
        if (from == null) {
            return;
        }
        order.copiedTo(from);
        Window window = new Window(writer);
        try {
            if (!begun) {
                copyWhatGoesFirst(tail.position(), window);
            }
            Set<Bytes> again = new LinkedHashSet<>();
            Bytes copied = copyPage(from, tail, window, again);
            again.addAll(undone(window));
            corrections.settle(again, tail.position(), Review.NONE);
            waits = copied == null && tail.position() < order.newest();
            if (!waits) {
                finishPage(tail, copied);
            }
        } catch (CompactedException e) {
            window.abandon().forEach(change -> order.doubt(change.key()));
            throw e;
        }
        limit = Math.min(options.pageSize(), 4 * limit);
    }

    /** Only what the standby lacks: the rest is done when the copy comes to it. */
    private void copyWhatGoesFirst(long revision, Window window) throws InterruptedException {
        Set<Bytes> again = new LinkedHashSet<>();
        for (KeyRange range : order.first()) {
            for (KeyRange rest = range; ; ) {
                Page page = source.range(RangeRequest.of(rest, revision, options.pageSize()));
                Bytes end = page.more() ? successor(page) : null;
                createMissing(page.entries(), range, window, again);
                if (end == null) {
                    break;
                }
                rest = rest.from(end);
            }
        }
        again.addAll(undone(window));
        corrections.settle(again, revision, Review.NONE);
        begun = true;
    }

    /** What was sent and not done. It will be looked at anew; and if it was pulled ahead, once more when the copy comes to it. */
    private List<Bytes> undone(Window window) throws InterruptedException {
        List<Bytes> keys = window.finish().stream().map(Change::key).toList();
        keys.forEach(order::doubt);
        if (!keys.isEmpty()) {
            order.wasWrong();
        }
        return keys;
    }

    private void createMissing(List<KeyValue> entries, KeyRange range, Window window, Set<Bytes> again)
            throws InterruptedException {
        Map<Bytes, KeyValue> wanted = new LinkedHashMap<>();
        wanted(entries).stream().filter(entry -> !covers(entry.key())).forEach(entry -> wanted.put(entry.key(), entry));
        Strangers.Look there = strangers.lookAt(List.copyOf(wanted.keySet()));
        List<Change> creations = new ArrayList<>();
        wanted.forEach((key, entry) -> {
            if (!there.entries().containsKey(key)) {
                differences
                        .level(key, entry, null, there.marks().get(key), true)
                        .filter(Change::creates)
                        .ifPresent(creations::add);
            }
        });
        List<List<Change>> groups = order.arrange(
                creations,
                wanted,
                key -> !covers(key) && !range.contains(key) && scope.range().contains(key),
                true);
        groups.stream().flatMap(List::stream).filter(Change::creates).forEach(change -> {
            KeyValue entry = wanted.get(change.key());
            if (entry != null) {
                order.remember(entry);
            }
        });
        send(groups, window, again);
    }

    /**
     * Returns where the next page begins; null if there is none.
     *
     * @param again gets the keys that have to be looked at once more
     */
    private @Nullable Bytes copyPage(Bytes from, Tail tail, Window window, Set<Bytes> again)
            throws InterruptedException {
        long revision = tail.position();
        Ahead here = ahead != null && ahead.isOf(from, revision) ? ahead : ask(from, revision);
        StandbyPages there = standbyFrom(from);
        Page page = KeyStore.await(here.page());
        Bytes next = page.more() ? successor(page) : null;
        ahead = next == null ? null : ask(next, revision);
        if (next != null && !scope.standbyIsAlive()) {
            // Nobody watches the standby for the copy: what it holds is asked for shortly before it is compared.
            this.there = new StandbyPages(standby, scope.range().from(next), limit, options.pageSize());
        }
        witness = null;
        copy(scope.range().from(from).before(next), page.entries(), there, window, again);
        expected = next;
        progress.copied(page.entries().size(), next == null);
        return next;
    }

    private Ahead ask(Bytes from, long revision) {
        KeyRange rest = scope.range().from(from);
        return new Ahead(
                from,
                revision,
                order.page(rest, limit, revision)
                        .map(CompletableFuture::completedFuture)
                        .orElseGet(() -> source.fetch(RangeRequest.of(rest, revision, limit))));
    }

    /** A page that is copied again finds there what was written the first time. */
    private StandbyPages standbyFrom(Bytes from) {
        StandbyPages known = there;
        if (known == null || expected == null || !expected.equals(from)) {
            known = new StandbyPages(standby, scope.range().from(from), limit, options.pageSize());
            there = known;
        }
        expected = null;
        return known;
    }

    private void copy(KeyRange range, List<KeyValue> here, StandbyPages there, Window window, Set<Bytes> again)
            throws InterruptedException {
        KeyRange rest = range;
        for (Bytes end = there.end(rest); end != null; end = there.end(rest)) {
            copyInSteps(rest.before(end), here, there.entries(), window, again);
            rest = rest.from(end);
            there.turn();
        }
        copyInSteps(rest, here, there.entries(), window, again);
    }

    /** While one step is under way the next is made out. */
    private void copyInSteps(KeyRange range, List<KeyValue> here, List<KeyValue> there, Window window, Set<Bytes> again)
            throws InterruptedException {
        List<KeyValue> within = within(here, range);
        KeyRange rest = range;
        for (int i = STEP; i < within.size(); i += STEP) {
            Bytes end = within.get(i).key();
            copyPart(rest.before(end), within, there, window, again);
            rest = rest.from(end);
        }
        copyPart(rest, within, there, window, again);
    }

    /** The part of a list in key order that lies in a range. */
    private static List<KeyValue> within(List<KeyValue> entries, KeyRange part) {
        Bytes end = part.end();
        return entries.subList(
                firstFrom(entries, part.start()), end == null ? entries.size() : firstFrom(entries, end));
    }

    private static int firstFrom(List<KeyValue> entries, Bytes key) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).key().compareTo(key) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void copyPart(KeyRange part, List<KeyValue> here, List<KeyValue> there, Window window, Set<Bytes> again)
            throws InterruptedException {
        Map<Bytes, Long> pulled = order.arrive(part);
        List<KeyValue> fresh = wanted(within(here, part));
        fresh.forEach(this::mayWitness);
        List<KeyValue> open = within(there, part);
        if (!pulled.isEmpty()) {
            again.addAll(pulled.keySet());
            fresh.stream()
                    .filter(entry -> pulled.getOrDefault(entry.key(), 0L) == entry.modRevision())
                    .forEach(entry -> again.remove(entry.key()));
            // What the standby has there was read before it was pulled.
            fresh = without(pulled.keySet(), fresh);
            open = without(pulled.keySet(), open);
        }
        Map<Bytes, KeyValue> byKey = new HashMap<>();
        fresh.forEach(entry -> byKey.put(entry.key(), entry));
        Bytes end = part.end();
        send(
                order.arrange(
                        differences.in(part, fresh, open, true),
                        byKey,
                        key -> end != null
                                && key.compareTo(end) >= 0
                                && scope.range().contains(key),
                        true),
                window,
                again);
    }

    /** What rests on owners that were sent before waits until they have landed; if something came to harm, it is looked at once more. */
    private void send(List<List<Change>> groups, Window window, Set<Bytes> again) throws InterruptedException {
        if (order.restsOnPulled()) {
            List<Bytes> harmed = undone(window);
            again.addAll(harmed);
            if (!harmed.isEmpty()) {
                groups.stream().flatMap(List::stream).map(Change::key).forEach(key -> {
                    order.doubt(key);
                    again.add(key);
                });
                return;
            }
        }
        window.send(groups);
    }

    private void mayWitness(KeyValue entry) {
        if (witness == null || entry.modRevision() > witness.modRevision()) {
            witness = entry;
        }
    }

    private static List<KeyValue> without(Set<Bytes> keys, List<KeyValue> entries) {
        return entries.stream().filter(entry -> !keys.contains(entry.key())).toList();
    }

    private List<KeyValue> wanted(List<KeyValue> entries) {
        return entries.stream().filter(differences::isWanted).toList();
    }

    private void finishPage(Tail tail, @Nullable Bytes next) throws InterruptedException {
        if (next == null) {
            settleDeferred(tail.position());
        }
        if (witness != null) {
            // Only now: were the page to be copied again, a change of this key meanwhile would pass unseen.
            tail.witness(witness);
        }
        Checkpoint reached = tail.checkpoint().copiedTo(next);
        if (next == null) {
            // What the standby held when the copy began was all looked at.
            writer.foreign().settle(reached.copyFloor());
            strangers.recount();
            progress.strangers(strangers.surplus());
            order.copied();
        }
        writer.write(List.of(), reached);
    }

    /** What cannot be read is in the order in which it was created: who was there before may be its owner. */
    private void settleDeferred(long revision) throws InterruptedException {
        List<Bytes> deferred =
                skipped.from(Bytes.EMPTY, EnumSet.of(Reason.DEFERRED)).toList();
        Map<Bytes, Long> created = new HashMap<>();
        for (int from = 0; from < deferred.size(); from += KeyStore.MAX_OPERATIONS) {
            source.read(deferred.subList(from, Math.min(from + KeyStore.MAX_OPERATIONS, deferred.size())))
                    .forEach((key, entry) -> created.put(key, entry.createRevision()));
        }
        corrections.settle(
                deferred.stream()
                        .sorted(Comparator.comparing(key -> created.getOrDefault(key, 0L)))
                        .toList(),
                revision,
                Review.NONE);
    }

    private static Bytes successor(Page page) {
        return page.entries().get(page.entries().size() - 1).key().successor();
    }
}
