package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volume.ClaimProgress;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.SwitchoverOptions;
import io.drkit.workload.Claims;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** An application is never started on claims that are not whole, nor at both sites, nor left down without a word. */
class SwitchoverGuardsTest extends OneShop {

    SwitchoverGuardsTest() {
        super(Replicators.quick());
    }

    private void assertRefusedWhileItRuns(PvcSwitchover migrating) {
        assertThatThrownBy(() -> migrating.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("runs and writes to claims");
        assertThat(sites.standby().namespace().replicas("Deployment", Shop.DEPLOYMENT))
                .isZero();
    }

    private void halfMigrated(String... handedOver) {
        switchover.protect(shop.claims());
        source.quiesce(shop.claims(), Duration.ofSeconds(30));
        switchover.sync(shop.claims());
        for (String name : handedOver) {
            replicator.handOver(claim(name));
        }
    }

    @Test
    void a_half_handed_over_application_that_was_resumed_at_the_source_is_not_moved_on() {
        halfMigrated("data");
        source.resume(shop.claims());
        shop.awaitWriting();
        assertThat(switchover.planMigrate(shop.claims()).obstacles())
                .anyMatch(obstacle -> obstacle.contains("runs and writes to claims"));
        assertRefusedWhileItRuns(switchover);
    }

    @Test
    void the_application_is_not_started_at_the_destination_while_it_runs_at_the_source() {
        halfMigrated("data", "media");
        source.resume(shop.claims());
        shop.awaitWriting();
        assertRefusedWhileItRuns(switchover);
    }

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
        assertRefusedWhileItRuns(watched);
    }

    @Test
    void a_destination_that_is_silent_for_a_moment_does_not_start_what_was_moved_at_the_source() {
        halfMigrated("data", "media");
        Set<String> seen = ConcurrentHashMap.newKeySet();
        sites.standby()
                .api()
                .rule((number, method, path) -> path.contains("/configmaps/drkit-") && seen.add(path)
                        ? FaultyApi.Fate.BROKEN
                        : FaultyApi.Fate.PASS);
        assertThatThrownBy(() -> switchover.migrate(shop.claims()))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("cannot be told whether");
        assertThat(sites.primary().namespace().replicas("Deployment", Shop.DEPLOYMENT))
                .isZero();
    }

    @Test
    void pods_that_do_not_end_in_time_leave_the_application_up() {
        switchover.protect(shop.claims());
        PvcSwitchover hasty = Replicators.switchover(
                sites, options, SwitchoverOptions.DEFAULTS.quiesceTimeout(Duration.ZERO), ClaimProgress.NONE);
        assertThatThrownBy(() -> hasty.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("started again at primary");
        assertThat(sites.primary().namespace().replicas("Deployment", Shop.DEPLOYMENT))
                .isEqualTo(2);
    }

    @Test
    void what_is_to_be_started_is_asked_again_when_a_site_was_silent_for_a_moment() {
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        sites.primary().goDown();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        sites.standby()
                .api()
                .rule((number, method, path) -> path.contains("/configmaps/drkit-") && seen.add(path)
                        ? FaultyApi.Fate.BROKEN
                        : FaultyApi.Fate.PASS);
        assertThat(switchover.failover(shop.claims()).started()).containsEntry("Deployment shop", 2);
    }

    @Test
    void an_application_is_not_started_on_a_claim_that_still_receives() {
        switchover.protect(shop.claims());
        String image = Objects.requireNonNull(switchover.sync(shop.claims()).get("data"))
                .image();
        assertThatThrownBy(() -> switchover.failover(Claims.named(sites.namespace(), "data"), Map.of("data", image)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Name all claims of an application at once");
        assertThat(sites.standby().namespace().replicas("Deployment", Shop.DEPLOYMENT))
                .isZero();
    }

    @Test
    void a_failover_of_an_application_with_a_claim_that_is_not_replicated_goes_through() {
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        sites.standby().namespace().create(Manifests.claim("cache"));
        sites.standby().namespace().create(Manifests.deployment("search", 0, "data", "cache"));
        sites.primary().goDown();
        assertThat(switchover.planFailover(shop.claims(), Map.of()).obstacles()).isEmpty();
        assertThat(switchover.failover(shop.claims()).started()).containsKey("Deployment shop");
    }
}
