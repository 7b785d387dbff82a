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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

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
     * @param revision where the primary is: what a person accepts happened up to there
     * @param base what the checkpoint holds of {@link #base}
     */
    void sessionBegins(long revision, long base) {
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

    /** Judges the first copy to a standby, before it is named one. */
    void beforeFirstCopy() {
        if (!acceptsAny) {
            judgeCopy(0, Long.MAX_VALUE);
        }
    }

    /**
     * Judges a copy before it begins.
     *
     * @param last the standby's checkpoint before it
     * @param kept how many keys on the standby the copy would keep in any case
     */
    void beforeCopy(Checkpoint last, long kept) {
        boolean nothingGivenYet = last.revision() == 0 && !last.fromOldPrimary();
        if (nothingGivenYet) {
            // Whatever the primary lacks is a stranger's then, and kept.
            return;
        }
        boolean followed = last.isComplete() && last.revision() >= acceptedRevision;
        judgeCopy(kept, acceptsAny && !followed ? acceptedKeys : Long.MAX_VALUE);
    }

    /** @param accepted a loss down to so many keys was accepted */
    private void judgeCopy(long kept, long accepted) {
        if (size(standby) <= options.shrinkFloor()) {
            return;
        }
        long before = Math.min(content(standby) - kept, accepted);
        long after = content(source);
        if (isTooMuch(before, after)) {
            throw refusal(before, after);
        }
    }

    /** A copy has put more on the standby: a window that began before is judged by what it holds now. */
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
        } else if (grown) {
            keysAtWindowStart = Math.max(keysAtWindowStart, size(standby));
        }
        grown = false;
        for (WatchEvent event : judged) {
            vanished += change(event);
        }
        if (!isTooMuch(keysAtWindowStart, keysAtWindowStart - vanished)) {
            return;
        }
        long after = size(standby) + netOf(unapplied);
        if (isTooMuch(keysAtWindowStart, after)) {
            throw refusal(keysAtWindowStart, after);
        }
        vanished = keysAtWindowStart - after;
    }

    /** @param pending what is yet to be applied of what came before the window */
    private void startWindow(List<WatchEvent> pending) {
        newWindow = false;
        long now = size(standby) + netOf(pending);
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

    private long onStandby(Set<Bytes> keys) {
        long found = 0;
        List<Bytes> list = List.copyOf(keys);
        for (int from = 0; from < list.size(); from += KeyStore.MAX_OPERATIONS) {
            found += standby.read(list.subList(from, Math.min(from + KeyStore.MAX_OPERATIONS, list.size())))
                    .size();
        }
        return found;
    }

    /** How many keys a store holds, as far as this guard minds: a scope that leaves out some of its range is not measured by the others. */
    private long size(KeyStore store) {
        return scope.readsValues() || scope.standbyIsAlive() ? content(store) : store.count(scope.range());
    }

    /** Where values decide of some keys too, exactly if that is cheap; of many keys those make a small share. */
    private long content(KeyStore store) {
        if (!scope.readsValues()) {
            return count(store, true, scope::holds);
        }
        long atMost = count(store, true, entry -> !entry.leased() && scope.mayAdmit(entry.key()));
        return atMost > EXACT_UP_TO ? atMost : count(store, false, scope::holds);
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
