package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.ReplicationPhase;
import io.drkit.volume.ReplicationStatus;
import io.drkit.volume.SwitchoverReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Migration, failover and failback of an application that goes on writing, judged by what it was told is safe. */
class SwitchoverTest {

    private final TwoSites sites = TwoSites.start();
    private final Shop shop = new Shop(sites);
    private final PvcSwitchover switchover = Replicators.switchover(
            sites, Replicators.quick().schedule("*/15 * * * *").build());

    @AfterEach
    void close() {
        shop.close();
        sites.close();
    }

    @Test
    void a_migration_and_a_failback_lose_nothing() {
        switchover.protect(shop.claims());
        SwitchoverReport there = switchover.migrate(shop.claims());
        assertThat(there.recoveryPointObjective()).contains(Duration.ZERO);
        assertThat(there.points()).containsOnlyKeys("data", "media");
        assertThat(there.started()).containsExactly(Map.entry("Deployment shop", 2));
        assertThat(there.notes()).isEmpty();
        shop.assertNothingMissingAt(sites.standby());
        shop.assertRunsOnlyAt(sites.standby());

        SwitchoverReport back = switchover.failback(shop.claims());
        assertThat(back.started()).containsExactly(Map.entry("Deployment shop", 2));
        shop.assertNothingMissingAt(sites.primary());
        shop.assertRunsOnlyAt(sites.primary());
        assertThat(switchover.status(shop.claims()).values())
                .extracting(ReplicationStatus::phase)
                .isSubsetOf(ReplicationPhase.STARTING, ReplicationPhase.SYNCING, ReplicationPhase.IDLE);
    }

    @Test
    void a_migration_that_is_done_is_done_again_without_harm() {
        switchover.protect(shop.claims());
        switchover.migrate(shop.claims());
        shop.awaitWriting();
        SwitchoverReport again = switchover.migrate(shop.claims());
        assertThat(again.started()).isEmpty();
        shop.assertNothingMissingAt(sites.standby());
        shop.assertRunsOnlyAt(sites.standby());
    }

    @Test
    void a_failover_loses_no_more_than_the_stated_rpo_and_the_failback_after_it_nothing() {
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        shop.awaitWriting();
        SortedMap<String, RecoveryPoint> synced = switchover.sync(shop.claims());
        shop.awaitWriting();
        sites.primary().goDown();

        SwitchoverReport report = switchover.failover(shop.claims());
        assertThat(report.lossless()).isFalse();
        report.points().forEach((claim, point) -> {
            assertThat(point).isEqualTo(synced.get(claim));
            shop.assertNothingMissingAt(sites.standby(), claim, Objects.requireNonNull(point.asOf()));
        });
        assertThat(report.recoveryPointObjective()).isPresent();
        assertThat(report.started()).containsExactly(Map.entry("Deployment shop", 2));
        shop.awaitWriting();

        sites.primary().comeBack();
        switchover.failback(shop.claims());
        shop.assertRunsOnlyAt(sites.primary());
        for (String claim : new String[] {"data", "media"}) {
            // The standby first: it receives again what the primary writes meanwhile; what is under way is hidden.
            Set<String> there = sites.standby().files(claim).read().keySet();
            there.removeIf(file -> file.startsWith("."));
            assertThat(sites.primary().files(claim).read().keySet()).containsAll(there);
        }
    }

    @Test
    void a_primary_that_dies_in_the_middle_of_a_sync_leaves_what_was_complete() {
        switchover.protect(shop.claims());
        SortedMap<String, RecoveryPoint> synced = switchover.sync(shop.claims());
        shop.awaitWriting();
        Hold crash = sites.crashMidTransfer(sites.primary(), 3);
        sites.primary().scheduleIsDue("rs-data");
        crash.awaitReached();
        SwitchoverReport report = switchover.failover(shop.claims());
        RecoveryPoint point = Objects.requireNonNull(report.points().get("data"));
        assertThat(point).isEqualTo(synced.get("data"));
        shop.assertNothingMissingAt(sites.standby(), "data", Objects.requireNonNull(point.asOf()));
    }

    @Test
    void the_primarys_own_schedule_is_recorded_and_makes_the_rpo_smaller() {
        switchover.protect(shop.claims());
        SortedMap<String, RecoveryPoint> synced = switchover.sync(shop.claims());
        shop.awaitWriting();
        Instant before = Instant.now();
        // That the second has come through proves that the first has been kept.
        RecoveryPoint recorded = Objects.requireNonNull(synced.get("data"));
        for (int i = 0; i < 2; i++) {
            String image = recorded.image();
            sites.primary().scheduleIsDue("rs-data");
            VolSyncScene.patiently(() -> !image.equals(point("data").image()));
            recorded = point("data");
        }
        assertThat(recorded.asOf()).isBetween(before.minusSeconds(2), Instant.now());
        sites.primary().goDown();
        SwitchoverReport report = switchover.failover(shop.claims());
        assertThat(report.points().get("data")).isEqualTo(recorded);
        shop.assertNothingMissingAt(sites.standby(), "data", Objects.requireNonNull(recorded.asOf()));
    }

    private RecoveryPoint point(String claim) {
        return Objects.requireNonNull(switchover.record(shop.claims()).get(claim));
    }

    @Test
    void a_final_sync_that_fails_leaves_the_application_where_it_was() {
        PvcSwitchover impatient = Replicators.switchover(
                sites,
                Replicators.quick()
                        .schedule("*/15 * * * *")
                        .syncTimeout(Duration.ofSeconds(2))
                        .build());
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        sites.cutLink();
        assertThatThrownBy(() -> impatient.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("started again at primary");
        shop.assertRunsOnlyAt(sites.primary());
        sites.healLink();
        switchover.migrate(shop.claims());
        shop.assertNothingMissingAt(sites.standby());
        shop.assertRunsOnlyAt(sites.standby());
    }

    @Test
    void a_failback_of_what_never_left_is_refused_or_changes_nothing() {
        sites.standby().namespace().create(Manifests.claim("data", "app: shop"));
        assertThatThrownBy(() -> switchover.failback(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Are the two sides swapped?");
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        assertThat(switchover.failback(shop.claims()).started()).isEmpty();
        shop.assertRunsOnlyAt(sites.primary());
        switchover.migrate(shop.claims());
        shop.assertNothingMissingAt(sites.standby());
    }

    @Test
    void what_is_not_protected_or_in_use_there_is_not_moved_and_goes_on() {
        assertThatThrownBy(() -> switchover.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Protect it first");
        assertThatThrownBy(() -> switchover.failover(shop.claims())).isInstanceOf(UnsafeToProceedException.class);
        switchover.protect(shop.claims());
        switchover.sync(shop.claims());
        sites.standby().namespace().scale("Deployment", Shop.DEPLOYMENT, 1);
        assertThatThrownBy(() -> switchover.migrate(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("in use");
        assertThatThrownBy(() -> switchover.failover(shop.claims()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("in use");
        assertThat(sites.primary().namespace().replicas("Deployment", Shop.DEPLOYMENT))
                .isEqualTo(2);
    }
}
