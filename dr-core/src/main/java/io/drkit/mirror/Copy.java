package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.mirror.StandbyWriter.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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

    private static final int ATTEMPTS = 10;

    /** What was copied counts once its page is through. So the first is small, and each may be four times the last: over a bad link, too, a copy comes on. */
    private static final int FIRST_PAGE = 500;

    /** The next page of both sides, asked for while the one before is written. */
    private record Ahead(Bytes from, long revision, CompletableFuture<Page> source, CompletableFuture<Page> standby) {

        boolean isOf(Bytes from, long revision) {
            return this.revision == revision && this.from.equals(from);
        }
    }

    private final KeyStore source;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final MirrorOptions options;
    private final StandbyWriter writer;
    private final Strangers strangers;
    private final SettingAside aside;
    private final Progress progress;
    private final Predicate<Bytes> neverGiven;
    private @Nullable Ahead ahead;
    private int limit;

    /** @param neverGiven keys that the old primary had and the new one was never given, though in scope: it had refused them */
    Copy(
            KeyStore source,
            KeyStore standby,
            MirrorScope scope,
            MirrorOptions options,
            StandbyWriter writer,
            Strangers strangers,
            SettingAside aside,
            Progress progress,
            Predicate<Bytes> neverGiven) {
        this.source = source;
        this.standby = standby;
        this.scope = scope;
        this.options = options;
        this.writer = writer;
        this.strangers = strangers;
        this.aside = aside;
        this.progress = progress;
        this.neverGiven = neverGiven;
        this.limit = Math.min(options.pageSize(), FIRST_PAGE);
    }

    boolean isComplete() {
        return writer.checkpoint().isComplete();
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
        Window window = new Window(writer);
        try {
            Bytes copied = copyPage(from, tail, window);
            settle(window.finish(), tail.position());
            finishPage(tail, copied);
        } catch (CompactedException e) {
            window.abandon();
            throw e;
        }
        limit = Math.min(options.pageSize(), 4 * limit);
    }

    /** Returns where the next page begins; null if there is none. */
    private @Nullable Bytes copyPage(Bytes from, Tail tail, Window window) throws InterruptedException {
        long revision = tail.position();
        Ahead here = ahead != null && ahead.isOf(from, revision) ? ahead : ask(from, revision);
        Page page = KeyStore.await(here.source());
        Bytes next = page.more() ? successor(page) : null;
        ahead = next == null ? null : ask(next, revision);
        copy(scope.range().from(from).before(next), page, KeyStore.await(here.standby()), tail, window);
        return next;
    }

    private Ahead ask(Bytes from, long revision) {
        KeyRange rest = scope.range().from(from);
        return new Ahead(
                from,
                revision,
                source.fetch(RangeRequest.of(rest, revision, limit)),
                standby.fetch(RangeRequest.of(rest, 0, limit)));
    }

    private void copy(KeyRange range, Page page, Page there, Tail tail, Window window) throws InterruptedException {
        List<KeyValue> wanted = wanted(page);
        wanted.stream().max(Comparator.comparingLong(KeyValue::modRevision)).ifPresent(tail::witness);
        Page next = there;
        for (KeyRange rest = range; ; next = standby.range(RangeRequest.of(rest, 0, options.pageSize()))) {
            Bytes end = end(next, rest);
            window.send(differences(rest.before(end), wanted, next.entries()));
            if (end == null) {
                break;
            }
            rest = rest.from(end);
        }
        progress.copied(page.entries().size());
    }

    /** What was not done in the window is looked at anew on both sides, and done step by step. */
    private void settle(List<Change> undone, long revision) {
        for (Change change : undone) {
            KeyRange one = new KeyRange(change.key(), change.key().successor());
            List<KeyValue> wanted = wanted(source.range(RangeRequest.of(one, revision, 1)));
            for (int i = 0; ; i++) {
                Page there = standby.range(RangeRequest.of(one, 0, 1));
                if (writer.write(differences(one, wanted, there.entries()), writer.checkpoint()) == Outcome.DONE) {
                    break;
                }
                if (i == ATTEMPTS) {
                    throw new RestartException("others keep writing the keys to be copied");
                }
            }
        }
    }

    private List<KeyValue> wanted(Page page) {
        return page.entries().stream().filter(scope::holds).toList();
    }

    private void finishPage(Tail tail, @Nullable Bytes next) {
        Checkpoint reached = tail.checkpoint().copiedTo(next);
        if (next == null) {
            // What the standby held when the copy began was all looked at.
            writer.foreign().settle(reached.copyFloor());
            strangers.recount();
            progress.strangers(strangers.count());
        }
        writer.write(List.of(), reached);
    }

    /** Where the part of {@code range} ends that {@code page}, which began with it, shows; null if it shows all. */
    private static @Nullable Bytes end(Page page, KeyRange range) {
        Bytes end = page.more() ? successor(page) : null;
        return end != null && range.contains(end) ? end : null;
    }

    private static Bytes successor(Page page) {
        return page.entries().get(page.entries().size() - 1).key().successor();
    }

    private List<Change> differences(KeyRange part, List<KeyValue> wanted, List<KeyValue> there) {
        TreeMap<Bytes, KeyValue> surplus = new TreeMap<>();
        there.stream().filter(entry -> part.contains(entry.key())).forEach(entry -> surplus.put(entry.key(), entry));
        Map<Bytes, Long> marks = strangers.marks(part);
        List<Change> changes = new ArrayList<>();
        for (KeyValue entry : wanted) {
            if (part.contains(entry.key())) {
                put(entry, surplus.remove(entry.key()), marks.remove(entry.key()), changes);
            }
        }
        surplus.values().forEach(entry -> keepOrDelete(entry, marks.remove(entry.key()), changes));
        dropVoid(marks.keySet(), changes);
        forgetSettled(part, changes);
        return changes;
    }

    private void put(KeyValue entry, @Nullable KeyValue existing, @Nullable Long mark, List<Change> changes) {
        if (existing == null) {
            Change change = Change.put(entry.key(), entry.value(), Guard.absent(entry.key()));
            changes.add(mark == null ? change : change.and(strangers.unmark(entry.key())));
        } else if (existing.leased() || !existing.value().equals(entry.value())) {
            changes.add(aside.overwrite(existing, mark, entry.value()));
        } else if (mark != null) {
            changes.add(new Change(entry.key(), List.of(strangers.unmark(entry.key())), null));
        }
    }

    private void keepOrDelete(KeyValue existing, @Nullable Long mark, List<Change> changes) {
        if (!scope.holds(existing) || Strangers.isMarked(existing, mark)) {
            return;
        }
        boolean lostWrite = writer.checkpoint().fromOldPrimary() && !neverGiven.test(existing.key());
        boolean stranger = strangers.isStranger(existing, mark) || neverGiven.test(existing.key());
        changes.add(stranger && !lostWrite ? strangers.mark(existing) : aside.delete(existing, mark));
    }

    /** Keys that were refused once and need no change any more: their markers go. */
    private void forgetSettled(KeyRange part, List<Change> changes) {
        List<Bytes> skipped = writer.skippedIn(part);
        if (!skipped.isEmpty()) {
            Set<Bytes> changed = changes.stream().map(Change::key).collect(Collectors.toSet());
            skipped.stream()
                    .filter(key -> !changed.contains(key))
                    .forEach(key -> changes.add(new Change(key, List.of(), null)));
        }
    }

    private void dropVoid(Set<Bytes> marked, List<Change> changes) {
        marked.forEach(key -> changes.add(new Change(key, List.of(strangers.unmark(key)), null)));
    }
}
