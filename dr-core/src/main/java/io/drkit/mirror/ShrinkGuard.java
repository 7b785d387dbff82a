package io.drkit.mirror;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.WatchEvent;
import io.drkit.mirror.Strangers.Mark;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to follow a primary that loses a large share of its keys: someone deleted a prefix, or the primary is an empty one. Judged before a
 * copy, and while streaming before a deletion is applied.
 */
final class ShrinkGuard {

    /** Of up to so many keys values are read to count those in scope. */
    private static final long EXACT_UP_TO = 10_000;

    private final KeyStore source;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final MirrorOptions options;
    private final boolean acceptsAny;
    private @Nullable Strangers strangers;
    private @Nullable SkippedKeys skipped;
    /** What a person accepted happened up to this revision of the primary; 0 before the session has seen it. */
    private long acceptedRevision;
    /** How many keys the primary had then. */
    private long acceptedKeys;
    /** What an earlier session, that was refused or died, began to count from: a restart is no way around this guard. */
    private long inheritedBase;

    private boolean newWindow = true;
    private long windowEnds;
    private long keysAtWindowStart;
    private boolean grown;
    /** Upper bound of the keys that vanished in this window: deletions of leased keys, never mirrored, count until a closer look. */
    private long vanished;

    ShrinkGuard(KeyStore source, KeyStore standby, MirrorScope scope, MirrorOptions options) {
        this.source = source;
        this.standby = standby;
        this.scope = scope;
        this.options = options;
        this.acceptsAny = options.accepts(MirrorOptions.Risk.SHRINK);
    }

    /**
     * To be told of each attempt; the session's first counts.
     *
     * @param strangers what the standby has of its own, which no primary can take away
     * @param skipped what is left there as it is
     * @param revision where the primary is: what a person accepts happened up to there
     * @param base what the checkpoint holds of {@link #base}
     */
    void attemptBegins(Strangers strangers, SkippedKeys skipped, long revision, long base) {
        this.strangers = strangers;
        this.skipped = skipped;
        if (acceptedRevision == 0) {
            if (acceptsAny) {
                acceptedKeys = content(source);
            } else {
                inheritedBase = base;
            }
            acceptedRevision = revision;
        }
    }

    /** How many keys the standby held when the running window began; to be kept in the checkpoint. */
    long base() {
        return Math.max(inheritedBase, keysAtWindowStart);
    }

    /**
     * Judges the first copy to a standby, before it is named one. Nothing of what it holds would be deleted; but a standby that holds far more than
     * its primary may be the primary.
     */
    void beforeFirstCopy() {
        if (acceptsAny || size(standby) <= options.shrinkFloor()) {
            return;
        }
        long there = content(standby);
        long here = content(source);
        if (isTooMuch(there, here)) {
            throw new UnsafeToProceedException("The standby " + standby.name() + " holds " + there
                    + " keys in scope " + scope.name() + ", and the primary " + source.name() + " only " + here
                    + ". Perhaps the two sides are swapped. If they are not, accept that (--accept shrink): what the standby has"
                    + " of its own is kept, and what is overwritten is set aside.");
        }
    }

    /**
     * Judges a copy before it begins.
     *
     * @param last the standby's checkpoint before it
     */
    void beforeCopy(Checkpoint last) {
        boolean nothingGivenYet = last.revision() == 0 && !last.fromOldPrimary();
        if (nothingGivenYet) {
            // Whatever the primary lacks is a stranger's then, and kept.
            return;
        }
        boolean followed = last.isComplete() && last.revision() >= acceptedRevision;
        judgeCopy(acceptsAny && !followed ? acceptedKeys : Long.MAX_VALUE);
    }

    /** @param accepted a loss down to so many keys was accepted */
    private void judgeCopy(long accepted) {
        if (size(standby) <= options.shrinkFloor()) {
            return;
        }
        // Of an old primary's lost writes only those count that are kept.
        Map<Bytes, Mark> marks = marks();
        long before = Math.min(given(marks, Strangers::isMarked), accepted);
        // Of the same keys: what the primary has in their place, and the standby was never given, makes up for no loss.
        long after = content(source, entry -> !marks.containsKey(entry.key()) && !isSkipped(entry.key()));
        if (isTooMuch(before, after)) {
            throw refusal(before, after);
        }
    }

    /** A copy has put more on the standby: a window that began before is judged by what it holds now, once so many vanished that it matters. */
    void standbyGrew() {
        grown = true;
    }

    /** What a copy took away was judged before it, and, where it was accepted, does not count against what follows. */
    void afterCopy() {
        newWindow |= acceptsAny;
    }

    /** Judges events that were received and not applied; {@code unapplied} ends with the {@code fresh} ones, which no earlier call was given. */
    void beforeApplying(List<WatchEvent> unapplied, List<WatchEvent> fresh) {
        judge(concerning(unapplied), concerning(fresh));
    }

    private List<WatchEvent> concerning(List<WatchEvent> events) {
        return events.stream().filter(event -> scope.mayAdmit(event.key())).toList();
    }

    private void judge(List<WatchEvent> unapplied, List<WatchEvent> fresh) {
        if (fresh.isEmpty()) {
            return;
        }
        List<WatchEvent> judged = acceptsAny
                ? fresh.stream()
                        .filter(event -> event.revision() > acceptedRevision)
                        .toList()
                : fresh;
        newWindow |= judged.size() < fresh.size() || options.ticker().nanoTime() - windowEnds >= 0;
        if (judged.isEmpty()) {
            return;
        }
        if (newWindow) {
            startWindow(unapplied.subList(0, unapplied.size() - judged.size()));
        }
        for (WatchEvent event : judged) {
            vanished += change(event);
        }
        if (!isTooMuch(keysAtWindowStart, keysAtWindowStart - vanished)) {
            return;
        }
        long now = given();
        if (grown) {
            keysAtWindowStart = Math.max(keysAtWindowStart, now);
            grown = false;
        }
        long after = now + netOf(unapplied);
        if (isTooMuch(keysAtWindowStart, after)) {
            throw refusal(keysAtWindowStart, after);
        }
        vanished = keysAtWindowStart - after;
    }

    /** @param pending what is yet to be applied of what came before the window */
    private void startWindow(List<WatchEvent> pending) {
        newWindow = false;
        grown = false;
        long now = given() + netOf(pending);
        keysAtWindowStart = Math.max(inheritedBase, now);
        vanished = keysAtWindowStart - now;
        inheritedBase = 0;
        windowEnds = options.ticker().nanoTime() + options.shrinkWindow().toNanos();
    }

    private boolean isTooMuch(long before, long after) {
        long lost = before - after;
        return lost > options.shrinkFloor() && lost > options.maxShrink() * before;
    }

    private int change(WatchEvent event) {
        if (event.type() == WatchEvent.Type.DELETE) {
            return 1;
        }
        return event.entry().version() == 1 && scope.holds(event.entry()) ? -1 : 0;
    }

    /** How many keys more, or fewer, the standby would hold. */
    private long netOf(List<WatchEvent> unapplied) {
        Set<Bytes> present = new HashSet<>();
        Set<Bytes> absent = new HashSet<>();
        for (WatchEvent event : unapplied) {
            boolean put = event.type() == WatchEvent.Type.PUT && scope.holds(event.entry());
            (put ? present : absent).add(event.key());
            (put ? absent : present).remove(event.key());
        }
        return present.size() - onStandby(present) - onStandby(absent);
    }

    /** How many of these keys the standby was given. */
    private long onStandby(Set<Bytes> keys) {
        if (strangers == null) {
            return 0;
        }
        Strangers known = strangers;
        Strangers.Look there = known.lookAt(List.copyOf(keys));
        return there.entries().values().stream()
                .filter(entry -> !isMeasured()
                        || (scope.holds(entry)
                                && !isSkipped(entry.key())
                                && !known.isStranger(entry, there.marks().get(entry.key()))))
                .count();
    }

    /** How many keys the primary has given the standby, as far as this guard minds. */
    private long given() {
        if (strangers == null) {
            return size(standby);
        }
        return isMeasured() ? given(marks(), strangers::isStranger) : size(standby) - strangers.surplus();
    }

    private long size(KeyStore store) {
        return isMeasured() ? content(store) : store.count(scope.range());
    }

    /** A scope that leaves out some of its range is not measured by the others' keys. */
    private boolean isMeasured() {
        return scope.readsValues() || scope.standbyIsAlive();
    }

    /** @param own which entries of the standby, with their marks, do not count */
    private long given(Map<Bytes, Mark> marks, BiPredicate<KeyValue, @Nullable Mark> own) {
        return content(standby, entry -> !own.test(entry, marks.get(entry.key())) && !isSkipped(entry.key()));
    }

    private Map<Bytes, Mark> marks() {
        return strangers == null ? Map.of() : strangers.marks(scope.range());
    }

    private boolean isSkipped(Bytes key) {
        return skipped != null && skipped.contains(key);
    }

    private long content(KeyStore store) {
        return content(store, entry -> true);
    }

    /** Where values decide of some keys too, exactly if that is cheap; of many keys those make a small share. */
    private long content(KeyStore store, Predicate<KeyValue> minded) {
        if (!scope.readsValues()) {
            return count(store, true, minded.and(scope::holds));
        }
        long atMost = count(store, true, minded.and(entry -> !entry.leased() && scope.mayAdmit(entry.key())));
        return atMost > EXACT_UP_TO ? atMost : count(store, false, minded.and(scope::holds));
    }

    private long count(KeyStore store, boolean keysOnly, Predicate<KeyValue> counted) {
        long held = 0;
        KeyRange rest = scope.range();
        for (boolean more = true; more; ) {
            RangeRequest request = RangeRequest.of(rest, 0, options.pageSize());
            Page page = store.range(keysOnly ? request.onlyKeys() : request);
            for (KeyValue entry : page.entries()) {
                held += counted.test(entry) ? 1 : 0;
                rest = rest.from(entry.key().successor());
            }
            more = page.more();
        }
        return held;
    }

    private UnsafeToProceedException refusal(long before, long after) {
        return new UnsafeToProceedException(
                "The primary " + source.name() + " lost too many keys: following it would leave " + after + " of "
                        + before + " keys in scope " + scope.name() + " on the standby " + standby.name()
                        + ". If they were meant to go, accept that"
                        + " (--accept shrink); if not, the standby still has them.");
    }
}
