package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.SwitchoverOptions;
import io.drkit.volume.SwitchoverReport;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What happens in the midst of a migration never makes two primaries of one, and what is said of the application afterwards is true. */
class SwitchoverRacesTest extends OneShop {

    SwitchoverRacesTest() {
        super(Replicators.quick().setUpTimeout(Duration.ofSeconds(6)));
    }

    /** A switchover in whose flows something happens once, when so many claims have come through a step. */
    private PvcSwitchover meanwhile(String step, int claims, Runnable happens) {
        AtomicBoolean once = new AtomicBoolean();
        return Replicators.switchover(
                sites,
                options,
                SwitchoverOptions.DEFAULTS.quiesceTimeout(Duration.ofSeconds(30)),
                (what, done, total) -> {
                    if (what.equals(step) && done == claims && once.compareAndSet(false, true)) {
                        happens.run();
                    }
                });
    }

    private int replicas(StandInSite site) {
        return site.namespace().replicas("Deployment", Shop.DEPLOYMENT);
    }

    /** What is asked of the standby's records fails once for each. */
    private void standbyFailsForAMoment() {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        sites.standby()
                .api()
                .rule((number, method, path) -> path.contains("/configmaps/drkit-") && seen.add(path)
                        ? FaultyApi.Fate.BROKEN
                        : FaultyApi.Fate.PASS);
    }

    private void assertPutBack(PvcSwitchover failing) {
        assertThatThrownBy(() -> failing.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("started again at primary: {Deployment shop=2}");
        shop.assertRunsOnlyAt(sites.primary());
    }

    private void assertStaysDownUntilMigratedAgain(PvcSwitchover failing) {
        assertThatThrownBy(() -> failing.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("the application is down")
                .hasMessageContaining("may have been moved to standby")
                .hasMessageContaining("Migrate again");
        assertThat(replicas(sites.primary())).isZero();
        sites.standby().healApi();
        assertThat(switchover.migrate(shop.claims()).lossless()).isTrue();
        shop.assertNothingMissingAt(sites.standby());
        shop.assertRunsOnlyAt(sites.standby());
    }

    @Test
    void the_loser_of_two_migrations_does_not_start_at_the_source_what_the_other_has_moved() {
        switchover.protect(shop.claims());
        PvcSwitchover loser = meanwhile("final sync", 0, () -> switchover.migrate(shop.claims()));
        assertThatThrownBy(() -> loser.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("was moved to standby")
                .hasMessageContaining("was not started again there");
        shop.assertRunsOnlyAt(sites.standby());
        shop.awaitWriting();
        shop.stop();
        shop.assertNothingMissingAt(sites.standby());
    }

    @Test
    void a_destination_that_falls_silent_in_the_final_sync_leaves_the_application_down_and_that_is_said() {
        switchover.protect(shop.claims());
        assertStaysDownUntilMigratedAgain(
                meanwhile("final sync", 0, () -> sites.standby().cutApi()));
    }

    @Test
    void a_destination_that_falls_silent_before_the_hand_over_leaves_the_application_down_and_that_is_said() {
        switchover.protect(shop.claims());
        assertStaysDownUntilMigratedAgain(
                meanwhile("handing over", 0, () -> sites.standby().cutApi()));
    }

    @Test
    void a_hand_over_that_fails_before_anything_was_handed_over_starts_the_application_again() {
        switchover.protect(shop.claims());
        assertPutBack(meanwhile("handing over", 0, this::standbyFailsForAMoment));
    }

    @Test
    void a_hand_over_that_was_half_done_does_not_start_the_application_again() {
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        PvcSwitchover halted = meanwhile(
                "handing over",
                0,
                () -> sites.standby()
                        .api()
                        .rule((number, method, path) -> method.equals("PATCH") && path.contains("/configmaps/drkit-")
                                ? FaultyApi.Fate.BROKEN
                                : FaultyApi.Fate.PASS));
        assertThatThrownBy(() -> halted.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("the application is down")
                .hasMessageContaining("not wholly replicated any more");
        assertThat(replicas(sites.primary())).isZero();
        assertThat(replicas(sites.standby())).isZero();
    }

    @Test
    void what_fails_by_surprise_starts_the_application_again_too() {
        switchover.protect(shop.claims());
        assertPutBack(meanwhile("final sync", 1, () -> {
            throw new IllegalStateException("by surprise");
        }));
    }

    @Test
    void that_schedules_rest_is_said_and_not_that_the_application_was_not_started() {
        switchover.protect(shop.claims());
        VolSyncScene.patiently(() -> switchover.status(shop.claims()).values().stream()
                .noneMatch(status -> status.recoveryPoint().image().isEmpty()));
        PvcSwitchover failing = meanwhile(
                "final sync",
                0,
                () -> sites.standby()
                        .api()
                        .rule((number, method, path) -> method.equals("PATCH") && path.contains("/configmaps/drkit-")
                                ? FaultyApi.Fate.BROKEN
                                : FaultyApi.Fate.PASS));
        assertThatThrownBy(() -> failing.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("started again at primary: {Deployment shop=2}")
                .hasMessageContaining("Schedules rest until");
        shop.assertRunsOnlyAt(sites.primary());
    }

    @Test
    void scaled_up_at_the_source_after_the_hand_over_is_noticed_before_it_is_started_at_the_destination() {
        switchover.protect(shop.claims());
        PvcSwitchover watched =
                meanwhile("handing over", 2, () -> sites.primary().namespace().scale("Deployment", Shop.DEPLOYMENT, 1));
        assertThatThrownBy(() -> watched.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("runs and writes to claims");
        assertThat(replicas(sites.standby())).isZero();
    }

    /** Quiesced again by DrKit: nothing at the source tells that it ran in between. */
    @Test
    void a_migration_is_not_lossless_when_the_source_wrote_after_it_was_handed_over() {
        switchover.protect(shop.claims());
        source.quiesce(shop.claims(), Duration.ofSeconds(30));
        switchover.sync(shop.claims());
        for (String name : new String[] {"data", "media"}) {
            replicator.handOver(claim(name));
        }
        source.resume(shop.claims());
        shop.awaitWriting();
        source.quiesce(shop.claims(), Duration.ofSeconds(30));
        SwitchoverReport report = switchover.migrate(shop.claims());
        assertThat(report.lossless()).isFalse();
        assertThat(report.recoveryPointObjective()).isNotEqualTo(Optional.of(Duration.ZERO));
        assertThat(report.notes()).anyMatch(note -> note.contains("data, media was moved to standby before this run"));
    }

    @Test
    void a_plan_tells_that_a_migration_would_be_refused_while_it_is_not_known_whether_it_was_moved() {
        switchover.protect(shop.claims());
        standbyFailsForAMoment();
        assertThat(switchover.planMigrate(shop.claims()).obstacles())
                .anyMatch(obstacle -> obstacle.contains("cannot be told whether"));
    }
}
