package io.drkit.mirror;

import io.drkit.SiteUnreachableException;
import io.drkit.consistency.Comparison.Counts;
import io.drkit.consistency.ConsistencyChecker;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.ConsistencyReport.Consistent;
import io.drkit.consistency.ConsistencyReport.Diverged;
import io.drkit.consistency.GarbageForecast;
import io.drkit.consistency.Level;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import java.util.Optional;

/**
 * What was found out before a mirror was stopped, or because of which it was not.
 *
 * @param report whether the two sides are equal; empty where a site could not be reached, and the stop was forced
 * @param unreachable why there is no report
 * @param forecast what the standby's garbage collector would delete once nothing puts missed keys there any more; empty where nothing but
 *     surplus differs, for it would then delete there what it deletes on the primary
 */
public record StopEvidence(
        Optional<ConsistencyReport> report, Optional<String> unreachable, Optional<GarbageForecast> forecast) {

    /** Writes nothing. */
    static StopEvidence gather(
            ConsistencyChecker checker, KeyStore standby, MirrorScope scope, int sample, boolean force) {
        ConsistencyReport report;
        try {
            report = checker.check(scope, Level.of(scope));
        } catch (SiteUnreachableException e) {
            if (!force) {
                throw e;
            }
            return new StopEvidence(
                    Optional.empty(),
                    Optional.of(String.valueOf(e.getMessage())),
                    Optional.of(GarbageForecast.of(standby, scope.registryPrefix(), sample)));
        }
        Counts total = report.comparison().total();
        boolean onlySurplus =
                !(report instanceof ConsistencyReport.Inconclusive) && total.missed() + total.changed() == 0;
        return new StopEvidence(
                Optional.of(report),
                Optional.empty(),
                onlySurplus
                        ? Optional.empty()
                        : Optional.of(GarbageForecast.of(standby, scope.registryPrefix(), sample)));
    }

    /** Whether the two sides were proved equal. */
    public boolean provesEquality() {
        return report.filter(ConsistencyReport::isConsistent).isPresent();
    }

    /**
     * Whether it is safe to stop: the standby misses no key, and no value that differs costs it one. Surplus harms nobody. A changed value does
     * where it is an owner's with another uid: then the forecast is not empty.
     */
    public boolean allowsStop() {
        if (report.isEmpty()) {
            return false;
        }
        ConsistencyReport found = report.get();
        Counts total = found.comparison().total();
        return found instanceof Consistent
                || (found instanceof Diverged
                        && total.missed() == 0
                        && (total.changed() == 0
                                || forecast.map(GarbageForecast::isEmpty).orElse(false)));
    }
}
