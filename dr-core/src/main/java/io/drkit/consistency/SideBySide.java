package io.drkit.consistency;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A walk through a scope on both sides at once, in key order, at a pair of revisions. When one of these is compacted away, the walk goes on
 * from where it is at a new pair: each key is compared at one pair, so a difference found is one that was there.
 */
final class SideBySide {

    /** So often a walk is pinned anew without coming a single key further, before it gives up. */
    private static final int STUCK = 5;

    /** A revision of each side that may be compared; 0 is the newest as the first page is read. */
    record Pins(long primary, long standby) {}

    /**
     * One key as each side has it; {@code null} where it has none that the scope holds.
     *
     * @param occupied whether the standby has an entry there that the scope does not hold: leased, or out of scope by its value
     * @param undecidable whether the primary's value would decide, and cannot be read; both sides are {@code null} then, for what the standby
     *     has there may be the primary's
     */
    record Pair(
            Bytes key, @Nullable KeyValue primary, @Nullable KeyValue standby, boolean occupied, boolean undecidable) {}

    private final KeyStore primary;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final Level level;
    private final int pageSize;
    private final Supplier<Pins> pins;
    private final KeyRange range;
    private @Nullable Bytes last;
    private int stuck;
    private Scan left;
    private Scan right;

    SideBySide(KeyStore primary, KeyStore standby, MirrorScope scope, Level level, int pageSize, Supplier<Pins> pins) {
        this.primary = primary;
        this.standby = standby;
        this.scope = scope;
        this.level = level;
        this.pageSize = pageSize;
        this.pins = pins;
        this.range = scope.range();
        Pins first = pins.get();
        left = scan(primary, first.primary());
        right = scan(standby, first.standby());
    }

    long primaryRevision() {
        return left.revision();
    }

    long standbyRevision() {
        return right.revision();
    }

    /**
     * The next key that either side has; {@code null} at the end.
     *
     * @throws CompactedException when new pins are compacted away again and again, faster than a page is read
     */
    @Nullable Pair next() {
        while (true) {
            try {
                Pair next = merge();
                stuck = 0;
                return next;
            } catch (CompactedException e) {
                if (++stuck > STUCK) {
                    throw e;
                }
                Pins next = pins.get();
                left = scan(primary, next.primary());
                right = scan(standby, next.standby());
            }
        }
    }

    private @Nullable Pair merge() {
        while (true) {
            KeyValue onPrimary = left.peek();
            KeyValue onStandby = right.peek();
            if (onPrimary == null && onStandby == null) {
                return null;
            }
            int order = onPrimary == null
                    ? 1
                    : onStandby == null ? -1 : onPrimary.key().compareTo(onStandby.key());
            Pair pair = pair(order <= 0 ? left.next() : null, order >= 0 ? right.next() : null);
            if (pair != null) {
                last = pair.key();
                return pair;
            }
        }
    }

    /** {@code null} if the key is none of the scope's. */
    private @Nullable Pair pair(@Nullable KeyValue primary, @Nullable KeyValue standby) {
        if (primary != null && scope.holds(primary)) {
            boolean held = standby != null && scope.holds(standby);
            return new Pair(primary.key(), primary, held ? standby : null, standby != null && !held, false);
        }
        if (primary != null && isUndecidable(primary)) {
            return new Pair(primary.key(), null, null, standby != null, true);
        }
        return standby != null && scope.holds(standby) ? new Pair(standby.key(), null, standby, false, false) : null;
    }

    private boolean isUndecidable(KeyValue entry) {
        return !entry.leased() && !DrKitKeys.OWN.contains(entry.key()) && scope.isUndecidable(entry);
    }

    private Scan scan(KeyStore store, long revision) {
        KeyRange rest = last == null ? range : range.from(last.successor());
        RangeRequest request = RangeRequest.of(rest, revision, pageSize);
        return new Scan(store, level == Level.KEYS && !scope.readsValues() ? request.onlyKeys() : request);
    }
}
