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

/**
 * Refuses to follow a primary that loses a large share of its keys: someone deleted a prefix, or the primary is an empty one. Judged before a
 * copy, and while streaming before a deletion is applied.
 */
final class ShrinkGuard {

    private final KeyStore source;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final MirrorOptions options;
    private final boolean acceptsAny;
    /** A person accepted what happened up to this revision of the primary. */
    private long acceptedRevision;

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

    /** The session begins while the primary is at {@code revision}: what a person accepts happened up to there. */
    void sessionBeginsAt(long revision) {
        if (acceptedRevision == 0) {
            acceptedRevision = revision;
        }
    }

    /**
     * Judges a copy before it begins.
     *
     * @param sourceRevision the primary's revision now
     * @param kept how many keys on the standby the copy would keep in any case
     */
    void beforeCopy(long sourceRevision, long kept) {
        if ((acceptsAny && sourceRevision <= acceptedRevision)
                || standby.count(scope.range()) <= options.shrinkFloor()) {
            return;
        }
        long before = content(standby) - kept;
        long after = content(source);
        if (isTooMuch(before, after)) {
            throw refusal(before, after);
        }
    }

    /** A copy has put more on the standby: a window that began before is judged by what it holds now. */
    void standbyGrew() {
        grown = true;
    }

    /** Judges events that were received and not applied; {@code unapplied} ends with the {@code fresh} ones, which no earlier call was given. */
    void beforeApplying(List<WatchEvent> unapplied, List<WatchEvent> fresh) {
        if (fresh.isEmpty()) {
            return;
        }
        boolean accepted = acceptsAny && fresh.get(fresh.size() - 1).revision() <= acceptedRevision;
        boolean acceptedOnesPending = newWindow && unapplied.size() > fresh.size();
        newWindow |= accepted || System.nanoTime() - windowEnds >= 0;
        if (accepted || acceptedOnesPending) {
            return;
        }
        if (newWindow) {
            startWindow();
        } else if (grown) {
            keysAtWindowStart = Math.max(keysAtWindowStart, standby.count(scope.range()));
        }
        grown = false;
        for (WatchEvent event : fresh) {
            vanished += change(event);
        }
        if (!isTooMuch(keysAtWindowStart, keysAtWindowStart - vanished)) {
            return;
        }
        long after = standby.count(scope.range()) + netOf(unapplied);
        if (isTooMuch(keysAtWindowStart, after)) {
            throw refusal(keysAtWindowStart, after);
        }
        vanished = keysAtWindowStart - after;
    }

    private void startWindow() {
        newWindow = false;
        keysAtWindowStart = standby.count(scope.range());
        vanished = 0;
        windowEnds = System.nanoTime() + options.shrinkWindow().toNanos();
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

    private long content(KeyStore store) {
        long held = 0;
        KeyRange rest = scope.range();
        for (boolean more = true; more; ) {
            Page page = store.range(RangeRequest.of(rest, 0, options.pageSize()).onlyKeys());
            for (KeyValue entry : page.entries()) {
                held += scope.holds(entry) ? 1 : 0;
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
