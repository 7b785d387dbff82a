package io.drkit.consistency;

import io.drkit.consistency.ConsistencyReport.Consistent;
import io.drkit.consistency.ConsistencyReport.Diverged;
import io.drkit.consistency.ConsistencyReport.Inconclusive;
import io.drkit.consistency.KeyDifference.Kind;
import io.drkit.consistency.Settling.Unsettled;
import io.drkit.consistency.SideBySide.Pair;
import io.drkit.consistency.SideBySide.Pins;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.object.DesiredState;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Compares any two {@link KeyStore}s, page by page, at pinned revisions.
 *
 * <p>While a mirror holds the standby's lock, the primary at the revision of the mirror's checkpoint is compared with the standby at the
 * revision that checkpoint was read at: whatever differs there, differs. If the mirror is copying or too far behind to have one, the newest
 * of both sides are compared: if they are equal, that is the verdict, otherwise it is inconclusive. Without a mirror the newest are compared.
 */
public final class DefaultConsistencyChecker implements ConsistencyChecker {

    private final KeyStore primary;
    private final KeyStore standby;
    private final CheckerOptions options;

    /** Neither store is closed by this. */
    public DefaultConsistencyChecker(KeyStore primary, KeyStore standby, CheckerOptions options) {
        this.primary = primary;
        this.standby = standby;
        this.options = options;
    }

    @Override
    public ConsistencyReport check(MirrorScope scope, Level level) {
        Settling settling = new Settling(primary, standby, scope.range(), options);
        try {
            Comparison comparison = compare(scope, level, settling::pins);
            if (comparison.total().sum() == 0) {
                return new Consistent(comparison);
            }
            return settling.disturbed()
                    ? new Inconclusive("A mirror began to run during the check. Check again.", comparison)
                    : new Diverged(comparison);
        } catch (Unsettled e) {
            return unsettled(e.reason, scope, level);
        } catch (CompactedException e) {
            return unsettled(
                    "The revisions compared were compacted away faster than they could be read.", scope, level);
        }
    }

    @Override
    public RepairReport repair(MirrorScope scope, boolean deleteSurplus) {
        Repair repair = new Repair(primary, standby, scope, deleteSurplus, options);
        return scope.standbyIsAlive() ? inOrder(scope, deleteSurplus) : repair.run();
    }

    /** On a standby whose control plane is alive it matters what is written first, and the mirror knows: it goes through all keys once. */
    private RepairReport inOrder(MirrorScope scope, boolean deleteSurplus) {
        long put = new RepairingMirror(primary, standby, options).bringLevel(scope);
        long deleted = deleteSurplus ? new Repair(primary, standby, scope, true, options).deleteSurplus() : 0;
        Comparison rest = compare(scope, Level.of(scope), () -> new Pins(0, 0));
        return new RepairReport(put, deleted, rest.total().sum());
    }

    /** How the two entries of a key differ, if they do. */
    static Optional<Kind> difference(Pair pair, Level level, DesiredState standard) {
        KeyValue onPrimary = pair.primary();
        KeyValue onStandby = pair.standby();
        if (onPrimary == null) {
            return Optional.of(Kind.SURPLUS);
        }
        if (onStandby == null) {
            return !pair.occupied() && standard.allowsAbsence(onPrimary.value())
                    ? Optional.empty()
                    : Optional.of(Kind.MISSED);
        }
        return level == Level.KEYS || standard.isEqual(onPrimary.value(), onStandby.value())
                ? Optional.empty()
                : Optional.of(Kind.CHANGED);
    }

    /** What keeps a repair from putting this key right, if something does. */
    static Optional<String> obstacle(Pair pair, DesiredState standard) {
        KeyValue onPrimary = pair.primary();
        KeyValue onStandby = pair.standby();
        if (onPrimary == null) {
            return Optional.empty();
        }
        if (onStandby == null) {
            return pair.occupied() ? Optional.of("what the standby has there is not of this scope") : Optional.empty();
        }
        return standard.objection(onPrimary.value(), onStandby.value());
    }

    private ConsistencyReport unsettled(String reason, MirrorScope scope, Level level) {
        Comparison newest = compare(scope, level, () -> new Pins(0, 0));
        return newest.total().sum() == 0 ? new Consistent(newest) : new Inconclusive(reason, newest);
    }

    private Comparison compare(MirrorScope scope, Level level, Supplier<Pins> pins) {
        SideBySide sides = new SideBySide(primary, standby, scope, level, options.pageSize(), pins);
        Tally tally = new Tally(options.sampleSize());
        DesiredState standard = level.standard(scope);
        for (Pair pair = sides.next(); pair != null; pair = sides.next()) {
            if (pair.undecidable()) {
                tally.undecidable(pair.key());
                continue;
            }
            if (pair.primary() != null) {
                tally.compared();
            }
            Pair each = pair;
            difference(each, level, standard).ifPresent(kind -> tally.add(each.key(), kind, obstacle(each, standard)));
        }
        return new Comparison(
                scope.name(),
                level,
                sides.primaryRevision(),
                sides.standbyRevision(),
                tally.compareCount(),
                tally.total(),
                tally.byResource(),
                tally.sample(standby),
                tally.undecidableCount(),
                tally.undecidableSample());
    }
}
