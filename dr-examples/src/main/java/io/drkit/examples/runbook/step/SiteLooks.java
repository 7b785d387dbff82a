package io.drkit.examples.runbook.step;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.Comparison;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.consistency.Proof;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionInspector;
import io.drkit.encryption.Inspection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.TakePosition.Position;
import io.drkit.keystore.KeyStore;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Looks at the two sites' etcds: roles, mirror, proof, equality, encryption. Each fails with what is wanting. */
public final class SiteLooks {

    private final Way way;
    private final Clock clock;

    /** @param way from the site that should be the primary to the one that should be the standby */
    public SiteLooks(Way way, Clock clock) {
        this.way = way;
        this.clock = clock;
    }

    /** That a site's etcd answers. */
    public Look answers(EtcdSite site) {
        return Look.at(context -> {
            try (EtcdKeyStore store = site.open()) {
                return "answers, at revision " + store.revision();
            }
        });
    }

    /** That a site answers and plays its part. */
    public Look role(EtcdSite site, Role wanted) {
        return Look.at(context -> {
            try (EtcdKeyStore store = site.open()) {
                SiteRole role = Site.at(store)
                        .role()
                        .orElseThrow(() -> new UnsafeToProceedException(
                                site + " has no role yet, for nothing was mirrored from or to it: see drkit enable."));
                if (role.role() != wanted) {
                    throw new UnsafeToProceedException(site + " is " + role + ", and not " + wanted + ".");
                }
                return role.toString();
            }
        });
    }

    /** That the mirror runs, and is not further behind than is promised. */
    public Look mirror(Optional<Duration> promised) {
        return Look.at(context -> {
            try (EtcdKeyStore standby = way.to().open()) {
                Position position = TakePosition.of(standby, way, clock);
                if (!RunningMirror.isAt(standby, way.mirror())) {
                    throw new UnsafeToProceedException("No mirror " + way.mirror() + " runs from " + way.from() + " to "
                            + way.to() + ". Start it: drkit mirror");
                }
                if (!position.complete() || position.asOf() == null) {
                    throw new UnsafeToProceedException("The mirror is in the midst of a copy.");
                }
                if (position.refused() > 0) {
                    throw new UnsafeToProceedException(
                            "The standby lacks keys: " + TakePosition.refused(position) + ".");
                }
                Duration lag = TakePosition.age(position.asOf(), position.at(), position.at())
                        .orElseThrow(() -> new UnsafeToProceedException("How far the mirror is behind cannot be told:"
                                + " its machine's clock is ahead of this one's. Set both by NTP."));
                if (promised.isPresent() && lag.compareTo(promised.get()) > 0) {
                    throw new UnsafeToProceedException("The mirror is up to " + lag.toSeconds()
                            + " s behind, and no more than " + promised.get().toSeconds() + " s are promised.");
                }
                return "runs, at most " + lag.toMillis() / 1e3 + " s behind";
            }
        });
    }

    /** That the two were proved equal not too long ago. */
    public Look proof(Duration atMost) {
        return Look.at(context -> {
            try (EtcdKeyStore standby = way.to().open()) {
                Position position = TakePosition.of(standby, way, clock);
                Instant proved = position.provedAt();
                if (proved == null) {
                    throw new UnsafeToProceedException("The two sites were never proved equal: see drkit check.");
                }
                if (Duration.between(proved, position.at()).compareTo(atMost) > 0) {
                    throw new UnsafeToProceedException("The two sites were last proved equal " + proved
                            + ", which is more than " + atMost.toHours() + " h ago: see drkit routine-check.");
                }
                return "proved equal " + proved;
            }
        });
    }

    /** That the two are equal now; noted on the standby where they are, but for a dry run. */
    public Look equality() {
        return Look.noting(context -> {
            try (Way.Pair sites = way.open()) {
                ConsistencyReport report = new DefaultConsistencyChecker(
                                sites.from(), sites.to(), CheckerOptions.DEFAULT)
                        .check(way.scope(), Level.of(way.scope()));
                Comparison compared = report.comparison();
                String counts = "missed " + compared.total().missed() + ", surplus "
                        + compared.total().surplus() + ", changed "
                        + compared.total().changed();
                if (report instanceof ConsistencyReport.Consistent consistent) {
                    if (!context.isDryRun()) {
                        Proof.keep(sites.to(), way.scope(), consistent, clock.instant());
                    }
                    return compared.compared() + " keys compared, equal";
                }
                throw new UnsafeToProceedException(
                        report instanceof ConsistencyReport.Inconclusive unsure
                                ? "It cannot be told whether the two sites are equal: " + unsure.reason()
                                : "The two sites differ: " + counts + " keys. See drkit check.");
            }
        });
    }

    /** That a site's kube-apiservers read all that is stored there. */
    public Look encryption(EtcdSite site) {
        return Look.at(site.encryption(), "no encryption-config of " + site + " is configured", config -> context -> {
            try (EtcdKeyStore store = site.open()) {
                return readable(store, config, site);
            }
        });
    }

    private String readable(KeyStore store, EncryptionConfig config, EtcdSite site) {
        Inspection found = new EncryptionInspector(store).inspect(way.transformer(config));
        if (!found.isReadable()) {
            throw new UnsafeToProceedException("Of " + site + " " + found.unreadable() + " values are unreadable and "
                    + found.misread() + " misread. See drkit encryption inspect.");
        }
        return found.readable() + " values readable"
                + (found.needsPlugin() == 0 ? "" : ", " + found.needsPlugin() + " known to a KMS plugin alone");
    }
}
