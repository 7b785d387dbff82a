package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import io.drkit.mirror.Checkpoint.Witness;
import io.drkit.mirror.Corrections.Review;
import io.drkit.mirror.Strangers.Mark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies the primary's changes to the standby: whole revisions, several contiguous ones in one transaction as long as they fit.
 *
 * <p>{@link #position()} is the primary's revision that the standby equals, in the part of the scope that was copied.
 */
final class Tail {

    /** Each change may need a guard, and the writer needs three itself. */
    private static final int MAX_CHANGES = KeyStore.MAX_OPERATIONS - 3;

    /** A revision that comes in parts is put together up to so many events; then its parts are applied as they come. */
    private static final int MAX_OPEN = 50_000;

    private static final int ATTEMPTS = 10;

    /** On a living standby, where others write the same keys every day. */
    private static final int ATTEMPTS_AS_ONE = 2;

    private final MirrorScope scope;
    /** Whether every key is looked at on the standby before it is written. */
    private final boolean careful;

    private final MirrorOptions options;
    private final StandbyWriter writer;
    private final Strangers strangers;
    private final SettingAside aside;
    private final Differences differences;
    private final WriteOrder order;
    private final SmallerParts parts;
    private final Review review;
    private final ShrinkGuard shrink;
    private final Progress progress;
    /** Whether a key's part of the scope was copied: if not, the copy will see the change. */
    private final Predicate<Bytes> copied;

    private long position;
    private long keys;
    private @Nullable Witness witness;

    /** Whole revisions, waiting to be written together. */
    private final Map<Bytes, Net> batch = new LinkedHashMap<>();

    private final List<WatchEvent> batchEvents = new ArrayList<>();
    private long batchBytes;
    private long batchRevision;
    /** The newest revision's events, while more of them may come. */
    private final List<WatchEvent> open = new ArrayList<>();
    /** The newest revision of which parts were applied already. */
    private long partRevision;

    Tail(
            MirrorScope scope,
            MirrorOptions options,
            StandbyWriter writer,
            Strangers strangers,
            SettingAside aside,
            Differences differences,
            WriteOrder order,
            SmallerParts parts,
            Review review,
            ShrinkGuard shrink,
            Progress progress,
            Predicate<Bytes> copied) {
        this.scope = scope;
        this.careful = scope.standbyIsAlive() || scope.readsValues();
        this.options = options;
        this.writer = writer;
        this.strangers = strangers;
        this.aside = aside;
        this.differences = differences;
        this.order = order;
        this.parts = parts;
        this.review = review;
        this.shrink = shrink;
        this.progress = progress;
        this.copied = copied;
        this.position = writer.checkpoint().revision();
        this.witness = writer.checkpoint().witness();
        this.keys = writer.checkpoint().keys();
    }

    long position() {
        return position;
    }

    /** How many keys the primary's range held at {@link #position()}, once nothing is pending. */
    long keys() {
        return keys;
    }

    /** Whether the standby equals the primary at {@link #position()}, however much is waiting: no part of what comes next was applied. */
    boolean isLevel() {
        return partRevision <= position;
    }

    /** Whether all is whole that was applied in part, by this run or one before it. */
    boolean isWhole() {
        return position >= writer.checkpoint().partialTo();
    }

    /** The checkpoint that {@link #position()} allows for, once nothing is pending. */
    Checkpoint checkpoint() {
        return reached(position, witness);
    }

    private Checkpoint reached(long revision, @Nullable Witness witness) {
        Checkpoint now = writer.checkpoint();
        return revision >= now.partialTo() ? now.at(revision, keys, witness) : now;
    }

    boolean isPending() {
        return !batch.isEmpty() || batchRevision > position || !open.isEmpty() || partRevision > position;
    }

    /** Takes in what the watch delivered, and writes what makes a full transaction. */
    void accept(WatchSignal.Events signal) {
        List<WatchEvent> fresh = signal.events().stream()
                .filter(event -> event.revision() > position)
                .toList();
        List<WatchEvent> unapplied = new ArrayList<>(batchEvents);
        unapplied.addAll(open);
        unapplied.addAll(fresh);
        shrink.beforeApplying(unapplied, fresh);
        for (WatchEvent event : fresh) {
            if (!open.isEmpty() && open.get(0).revision() != event.revision()) {
                close();
            }
            open.add(event);
        }
        if (!signal.continued()) {
            close();
        } else if (open.size() > MAX_OPEN) {
            applyPart();
        }
    }

    /** The primary has nothing else up to {@code revision}. To be called when nothing is pending. */
    void advance(long revision) {
        position = Math.max(position, revision);
        batchRevision = position;
        progress.reached(position, writer.checkpoint().isComplete());
    }

    /** A key that the copy put, as a witness of the primary's history. */
    void witness(KeyValue entry) {
        if (witness == null || entry.modRevision() > witness.modRevision()) {
            witness = History.witness(entry);
        }
    }

    /** The open revision is whole: it joins the batch, or the next one. */
    private void close() {
        if (open.isEmpty()) {
            batchRevision = Math.max(batchRevision, partRevision);
            return;
        }
        long revision = open.get(0).revision();
        long bytes = open.stream()
                .mapToLong(
                        event -> 16 + event.key().size() + event.entry().value().size())
                .sum();
        if (!batch.isEmpty()
                && (batch.size() + open.size() > MAX_CHANGES || batchBytes + bytes > options.maxTransactionBytes())) {
            flush();
        }
        open.forEach(this::join);
        batchEvents.addAll(open);
        batchBytes += bytes;
        batchRevision = revision;
        open.clear();
        if (batch.size() >= MAX_CHANGES || batchBytes > options.maxTransactionBytes()) {
            flush();
        }
    }

    private void join(WatchEvent event) {
        boolean put = event.type() == WatchEvent.Type.PUT;
        boolean creates = put && event.entry().version() == 1;
        keys += creates ? 1 : put ? 0 : -1;
        if (!scope.mayAdmit(event.key())) {
            return;
        }
        order.learn(event.entry());
        if (!copied.test(event.key())) {
            order.changed(event);
            if (!order.goesFirst(event.key())) {
                return;
            }
        }
        Net before = batch.get(event.key());
        boolean created = before == null ? creates : before.created();
        boolean wanted = put && differences.isWanted(event.entry());
        batch.put(event.key(), new Net(event.key(), created, wanted ? event.entry() : null));
    }

    /** Writes all whole revisions that are waiting. */
    void flush() {
        if (batchRevision <= position) {
            return;
        }
        List<Net> nets = List.copyOf(batch.values());
        Witness next = witnessAfter(nets);
        write(nets, () -> reached(batchRevision, next).shrinkBase(shrink.base()));
        witness = next;
        position = batchRevision;
        progress.reached(position, writer.checkpoint().isComplete());
        batch.clear();
        batchEvents.clear();
        batchBytes = 0;
    }

    /** A revision too large to hold: what came of it is applied, and the checkpoint stays before it. */
    private void applyPart() {
        flush();
        partRevision = open.get(0).revision();
        open.forEach(this::join);
        write(
                List.copyOf(batch.values()),
                () -> writer.checkpoint().partialTo(partRevision).shrinkBase(shrink.base()));
        witness = null;
        batch.clear();
        open.clear();
    }

    /** Writes, looking closer at the standby where a guard did not hold. */
    private void write(List<Net> nets, Supplier<Checkpoint> next) {
        List<Change> changes = plan(nets, doubtful(nets));
        int attempts = scope.standbyIsAlive() ? ATTEMPTS_AS_ONE : ATTEMPTS;
        for (int i = 0; i < attempts && !changes.isEmpty(); i++) {
            if (!writer.fits(changes)) {
                progress.revisionSplit();
            }
            if (parts.writeOnce(changes, next.get())) {
                changes.forEach(review::made);
                return;
            }
            changes = plan(nets, keys(nets));
        }
        if (changes.isEmpty()) {
            return;
        }
        if (!scope.standbyIsAlive()) {
            throw new RestartException("others keep writing the keys to be mirrored");
        }
        progress.revisionSplit();
        writeInParts(nets, next);
    }

    private void writeInParts(List<Net> nets, Supplier<Checkpoint> next) {
        Map<Bytes, Net> byKey = new HashMap<>();
        nets.forEach(net -> byKey.put(net.key(), net));
        Function<List<Bytes>, List<Change>> plan =
                some -> plan(some.stream().map(byKey::get).toList(), some);
        Checkpoint goal = next.get();
        long partial = Math.max(goal.revision(), goal.partialTo());
        parts.write(keys(nets), plan, () -> writer.checkpoint().partialTo(partial))
                .forEach(review::made);
        writer.write(List.of(), next.get());
    }

    private static List<Bytes> keys(List<Net> nets) {
        return nets.stream().map(Net::key).toList();
    }

    /**
     * The keys that are not written without a look at how the standby holds them: what the primary has not may be someone else's, or out of
     * scope, there. And what was created and is gone again may be there all the same, when a run before this one died amid a split.
     */
    private List<Bytes> doubtful(List<Net> nets) {
        if (careful) {
            return keys(nets);
        }
        boolean anyStrangers = strangers.possible();
        return nets.stream()
                .filter(net -> net.put() == null || (anyStrangers && !net.created()) || writer.keepsForeign(net.key()))
                .map(Net::key)
                .toList();
    }

    /** What to do about each key, knowing how the standby holds the keys that were {@code looked} at. */
    private List<Change> plan(List<Net> nets, List<Bytes> looked) {
        Strangers.Look look = strangers.lookAt(looked);
        if (careful) {
            return planInOrder(nets, look);
        }
        Set<Bytes> known = new HashSet<>(looked);
        List<Change> changes = new ArrayList<>();
        for (Net net : nets) {
            KeyValue put = net.put();
            KeyValue existing = look.entries().get(net.key());
            Mark mark = look.marks().get(net.key());
            if (put != null && existing != null) {
                changes.add(aside.overwrite(existing, mark, put.value()));
            } else if (put != null) {
                changes.add(Change.put(
                        net.key(),
                        put.value(),
                        net.created() || known.contains(net.key()) ? Guard.absent(net.key()) : null));
            } else if (existing != null && scope.holds(existing) && !strangers.isStranger(existing, mark)) {
                changes.add(aside.delete(existing, mark));
            } else if (existing == null && writer.isSkipped(net.key())) {
                changes.add(Change.delete(net.key(), Guard.absent(net.key())));
            }
        }
        return changes;
    }

    /** Knowing how the standby holds every key. */
    private List<Change> planInOrder(List<Net> nets, Strangers.Look look) {
        aside.lookAhead(look);
        Map<Bytes, KeyValue> wanted = new HashMap<>();
        List<Change> changes = new ArrayList<>();
        for (Net net : nets) {
            KeyValue put = net.put();
            if (put != null) {
                wanted.put(net.key(), put);
            }
            KeyValue existing = look.entries().get(net.key());
            differences
                    .level(net.key(), put, existing, look.marks().get(net.key()), false)
                    .flatMap(change -> review.of(change, existing))
                    .ifPresent(changes::add);
        }
        return order.arrange(changes, wanted, key -> !copied.test(key), false).stream()
                .flatMap(List::stream)
                .toList();
    }

    /** The newest put is the best witness; one whose key has changed since is none. */
    private @Nullable Witness witnessAfter(List<Net> nets) {
        KeyValue newest = null;
        Witness kept = witness;
        for (Net net : nets) {
            KeyValue put = net.put();
            if (put != null && (newest == null || put.modRevision() > newest.modRevision())) {
                newest = put;
            }
            if (kept != null && kept.key().equals(net.key())) {
                kept = null;
            }
        }
        return newest == null ? kept : History.witness(newest);
    }
}
