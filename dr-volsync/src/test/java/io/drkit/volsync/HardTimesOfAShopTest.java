package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.kubernetes.FaultyApi;
import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.volume.Claim;
import io.drkit.volume.ClaimProgress;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.SwitchoverOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Found by a hostile review, of an application that writes; each fails while the finding stands. */
class HardTimesOfAShopTest {

    private final TwoSites sites = TwoSites.start();
    private final Shop shop = new Shop(sites);
    private final VolSyncOptions options =
            Replicators.quick().schedule("*/15 * * * *").build();
    private final PvcReplicator replicator = Replicators.of(sites, options);
    private final PvcSwitchover switchover = Replicators.switchover(sites, options);
    private final KubernetesQuiescer source =
            new KubernetesQuiescer(sites.primary().client(), Clock.systemUTC(), Duration.ofMillis(10));

    @AfterEach
    void close() {
        shop.close();
        sites.close();
    }

    private Claim claim(String name) {
        return new Claim(sites.namespace(), name);
    }

    private void halfMigrated(String... handedOver) {
        switchover.protect(shop.claims());
        source.quiesce(shop.claims(), Duration.ofSeconds(30));
        switchover.sync(shop.claims());
        for (String name : handedOver) {
            replicator.handOver(claim(name));
        }
    }

    /** killed after one of two claims was handed over, started again by hand at the source, run again. */
    @Test
    void a_half_handed_over_application_that_was_resumed_at_the_source_loses_nothing() {
        halfMigrated("data");
        source.resume(shop.claims());
        shop.awaitWriting();
        try {
            switchover.migrate(shop.claims());
        } catch (RuntimeException e) {
            System.err.println("refused: " + e.getMessage());
            return;
        }
        shop.assertNothingMissingAt(sites.standby());
    }

    /** all handed over, killed before the start, resumed by hand at the source, run again. */
    @Test
    void the_application_is_not_started_at_the_destination_while_it_runs_at_the_source() {
        halfMigrated("data", "media");
        source.resume(shop.claims());
        shop.awaitWriting();
        try {
            switchover.migrate(shop.claims());
        } catch (RuntimeException e) {
            System.err.println("refused: " + e.getMessage());
        }
        int here = sites.primary().namespace().replicas("Deployment", Shop.DEPLOYMENT);
        int there = sites.standby().namespace().replicas("Deployment", Shop.DEPLOYMENT);
        assertThat(here > 0 && there > 0).as("at both").isFalse();
    }

    /** somebody (GitOps, an autoscaler, a person) scales it up after it was quiesced and before it is handed over. */
    @Test
    void scaled_up_during_the_final_sync_is_noticed_before_handing_over() {
        switchover.protect(shop.claims());
        AtomicBoolean once = new AtomicBoolean();
        PvcSwitchover watched = Replicators.switchover(
                sites,
                options,
                SwitchoverOptions.DEFAULTS.quiesceTimeout(Duration.ofSeconds(30)),
                (what, done, total) -> {
                    if (what.equals("handing over") && done == 0 && once.compareAndSet(false, true)) {
                        sites.primary().namespace().scale("Deployment", Shop.DEPLOYMENT, 1);
                        shop.awaitWriting();
                    }
                });
        try {
            watched.migrate(shop.claims());
        } catch (RuntimeException e) {
            System.err.println("refused: " + e.getMessage());
            return;
        }
        shop.assertNothingMissingAt(sites.standby());
    }

    /** the destination does not answer for a moment, so that claims look as if they had not been moved. */
    @Test
    void a_destination_that_is_silent_for_a_moment_does_not_start_what_was_moved_at_the_source() {
        halfMigrated("data", "media");
        Set<String> seen = ConcurrentHashMap.newKeySet();
        sites.standby()
                .api()
                .rule((number, method, path) -> path.contains("/configmaps/drkit-") && seen.add(path)
                        ? FaultyApi.Fate.BROKEN
                        : FaultyApi.Fate.PASS);
        try {
            switchover.migrate(shop.claims());
        } catch (RuntimeException e) {
            System.err.println("refused: " + e.getMessage());
        }
        assertThat(sites.primary().namespace().replicas("Deployment", Shop.DEPLOYMENT))
                .isZero();
    }

    /** "Until the first claim is handed over, a migration that fails starts again what it stopped." */
    @Test
    void pods_that_do_not_end_in_time_leave_the_application_up() {
        switchover.protect(shop.claims());
        PvcSwitchover hasty = Replicators.switchover(
                sites, options, SwitchoverOptions.DEFAULTS.quiesceTimeout(Duration.ZERO), ClaimProgress.NONE);
        assertThatThrownBy(() -> hasty.migrate(shop.claims()));
        assertThat(sites.primary().namespace().replicas("Deployment", Shop.DEPLOYMENT))
                .isEqualTo(2);
    }

    /** what is to be started is not known for a moment, and nobody is told that nothing was started. */
    @Test
    void a_failover_that_starts_nothing_says_so() {
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        sites.primary().goDown();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        sites.standby()
                .api()
                .rule((number, method, path) -> path.contains("/configmaps/drkit-") && seen.add(path)
                        ? FaultyApi.Fate.BROKEN
                        : FaultyApi.Fate.PASS);
        io.drkit.volume.SwitchoverReport report;
        try {
            report = switchover.failover(shop.claims());
        } catch (RuntimeException e) {
            System.err.println("refused: " + e.getMessage());
            return;
        }
        assertThat(report.started().isEmpty() && report.notes().isEmpty())
                .as("%s", report)
                .isFalse();
    }

    /** a snapshot of one of two claims is asked for, as it must be alone: the application is started on the other, which still receives. */
    @Test
    void an_application_is_not_started_on_a_claim_that_still_receives() {
        switchover.protect(shop.claims());
        String image = java.util.Objects.requireNonNull(
                        switchover.sync(shop.claims()).get("data"))
                .image();
        try {
            switchover.failover(
                    io.drkit.workload.Claims.named(sites.namespace(), "data"), java.util.Map.of("data", image));
        } catch (RuntimeException e) {
            System.err.println("refused: " + e.getMessage());
            return;
        }
        assertThat(sites.standby().namespace().replicas("Deployment", Shop.DEPLOYMENT) > 0
                        && replicator.status(claim("media")).phase() != io.drkit.volume.ReplicationPhase.SWITCHED)
                .isFalse();
    }

    /** A claim beside that is not replicated stands in nobody's way, also when the source cannot be asked about it. */
    @Test
    void a_failover_of_an_application_with_a_claim_that_is_not_replicated_goes_through() {
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        sites.standby().namespace().create(io.drkit.testkit.workload.Manifests.claim("cache"));
        sites.standby()
                .namespace()
                .create(io.drkit.testkit.workload.Manifests.deployment("search", 0, "data", "cache"));
        sites.primary().goDown();
        assertThat(switchover.planFailover(shop.claims(), java.util.Map.of()).obstacles())
                .isEmpty();
        assertThat(switchover.failover(shop.claims()).started()).containsKey("Deployment shop");
    }
}
