package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.RecoveryPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** After a claim has moved, or seems to have, nothing goes the wrong way and nothing is stated that is not so. */
class MovedClaimTest extends OneClaim {

    @Test
    void a_source_clock_that_was_ahead_for_a_while_makes_no_later_point_too_young() {
        sites.primary().offset(Duration.ofHours(1));
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().offset(Duration.ZERO);
        replicator.sync(data);
        Instant now = Instant.now();
        sites.primary().goDown();
        RecoveryPoint restored = replicator.restore(data, "");
        assertThat(Objects.requireNonNull(restored.asOf())).isBeforeOrEqualTo(now);
    }

    @Test
    void unprotect_after_a_migration_leaves_nothing_that_pushes() {
        VolSyncScene.secret(sites.primary(), VolSyncScene.KEY);
        VolSyncScene.secret(sites.standby(), VolSyncScene.KEY);
        PvcSwitchover keyed = Replicators.switchover(
                sites, Replicators.quick().schedule(SCHEDULE).keySecret("psk").build());
        keyed.protect(named);
        keyed.migrate(named);
        VolSyncScene.patiently(() -> sites.primary().isListening("rd-data"));
        keyed.unprotect(named);
        assertThat(sites.standby()
                        .own()
                        .resources(ReplicationSource.class)
                        .inNamespace(data.namespace())
                        .list()
                        .getItems())
                .isEmpty();
        assertThat(sites.primary().isListening("rd-data")).isFalse();
    }

    @Test
    void a_failover_with_the_sides_swapped_does_not_break_a_healthy_replication() {
        switchover.protect(named);
        switchover.sync(named);
        switchover.reversed().failover(named);
        switchover.sync(named);
        sites.primary().goDown();
        switchover.failover(named);
        sites.primary().comeBack();
        switchover.failback(named);
        assertThat(sites.primary().files("data").read()).containsKey("one");
    }

    @Test
    void a_returning_primary_changes_nothing_at_the_standby() throws Exception {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().goDown();
        replicator.restore(data, "");
        sites.standby().files("data").write("new", "written after the failover");
        sites.primary().comeBack();
        sites.primary().files("data").write("stale", "x");
        sites.primary().scheduleIsDue("rs-data");
        assertThatThrownBy(() -> replicator.protect(data)).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> replicator.sync(data)).isInstanceOf(UnsafeToProceedException.class);
        replicator.handOver(data);
        replicator.record(data, Map.of());
        Thread.sleep(1500);
        assertThat(sites.standby().files("data").read()).containsKey("new").doesNotContainKey("stale");
    }
}
