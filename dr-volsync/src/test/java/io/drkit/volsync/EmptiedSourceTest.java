package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.VolumeRisk;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Of a source that was emptied nothing is sent where that can be seen before; and what came before is kept where it is seen after. */
class EmptiedSourceTest extends OneClaim {

    @Test
    void a_source_that_was_emptied_is_told_and_what_was_there_before_can_be_restored() {
        replicator.protect(data);
        RecoveryPoint full = replicator.sync(data);
        sites.primary().files("data").clear();
        assertThatThrownBy(() -> replicator.sync(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("shrunk")
                .hasMessageContaining(full.image());
        for (int i = 0; i < 6; i++) {
            String before = replicator.status(data).recoveryPoint().image();
            sites.primary().scheduleIsDue("rs-data");
            VolSyncScene.patiently(() ->
                    !replicator.record(data, Map.of()).orElseThrow().image().equals(before));
        }
        assertThat(replicator.status(data).notes()).singleElement().asString().contains("shrunk", full.image());
        assertThatThrownBy(() -> replicator.restore(data, ""))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(full.image());
        assertThat(replicator.restore(data, full.image())).isEqualTo(full);
        assertThat(sites.standby().files("data").read()).containsOnlyKeys("one");
    }

    @Test
    void of_a_source_that_was_emptied_under_its_application_nothing_is_sent() {
        sites.primary().namespace().create(Manifests.deployment("app", 1, "data"));
        sites.standby().namespace().create(Manifests.deployment("app", 0, "data"));
        VolSyncScene.patiently(() -> !sites.primary().namespace().pods("data").isEmpty());
        replicator.protect(data);
        RecoveryPoint full = replicator.sync(data);
        sites.primary().files("data").clear();
        assertThatThrownBy(() -> replicator.sync(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("nothing was sent");
        assertThat(switchover.planMigrate(named).obstacles())
                .singleElement()
                .asString()
                .contains("nothing was sent");
        assertThatThrownBy(() -> switchover.migrate(named)).hasMessageContaining("nothing was sent");
        assertThat(sites.primary().namespace().replicas("Deployment", "app")).isEqualTo(1);
        assertThat(replicator.status(data).recoveryPoint().image()).isEqualTo(full.image());
        assertThat(sites.standby().files("data").read()).containsOnlyKeys("one");
    }

    @Test
    void a_kubelet_that_may_not_be_asked_stops_no_sync() {
        sites.primary().namespace().create(Manifests.deployment("app", 1, "data"));
        VolSyncScene.patiently(() -> !sites.primary().namespace().pods("data").isEmpty());
        sites.primary()
                .api()
                .rule((number, method, path) ->
                        path.contains("/proxy/") ? FaultyApi.Fate.FORBIDDEN : FaultyApi.Fate.PASS);
        replicator.protect(data);
        replicator.sync(data);
        sites.primary()
                .api()
                .rule((number, method, path) -> path.contains("/proxy/") ? FaultyApi.Fate.BROKEN : FaultyApi.Fate.PASS);
        assertThat(replicator.sync(data).image()).isNotEmpty();
    }

    @Test
    void a_source_that_shrank_is_synced_when_that_is_accepted() {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().files("data").clear();
        PvcReplicator accepting = Replicators.of(
                sites,
                Replicators.quick()
                        .schedule(SCHEDULE)
                        .accept(Set.of(VolumeRisk.SHRUNKEN_SOURCE))
                        .build());
        accepting.sync(data);
        accepting.restore(data, "");
        assertThat(sites.standby().files("data").read()).isEmpty();
    }
}
