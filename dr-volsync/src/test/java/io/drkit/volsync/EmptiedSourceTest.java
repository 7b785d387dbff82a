package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.VolumeRisk;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
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

    @Test
    void an_emptied_source_is_refused_also_the_second_time() {
        switchover.protect(named);
        switchover.sync(named);
        sites.primary().files("data").clear();
        assertThatThrownBy(() -> switchover.migrate(named)).hasMessageContaining("SHRUNKEN_SOURCE");
        assertThatThrownBy(() -> switchover.migrate(named)).hasMessageContaining("SHRUNKEN_SOURCE");
    }

    @Test
    void an_emptied_source_that_was_recorded_is_not_migrated_unasked() {
        switchover.protect(named);
        switchover.sync(named);
        sites.primary().files("data").clear();
        syncBySchedule();
        switchover.record(named);
        assertThatThrownBy(() -> switchover.migrate(named)).hasMessageContaining("SHRUNKEN_SOURCE");
    }

    @Test
    void an_emptied_source_that_was_recorded_while_the_receiver_flushed_is_not_restored_silently() {
        replicator.protect(data);
        awaitFirstSync();
        String full = image();
        sites.standby().stopOperator();
        sites.primary().files("data").clear();
        Instant last = Sender.lastStart(sender());
        String lastTime = Objects.requireNonNull(sender().getStatus()).lastSyncTime();
        VolSyncScene.patiently(() ->
                Instant.now().isAfter(Instant.parse(String.valueOf(lastTime)).plusSeconds(3)));
        sites.primary().scheduleIsDue("rs-data");
        VolSyncScene.patiently(() -> !Objects.equals(Sender.lastStart(sender()), last));
        var job = sites.standby()
                .own()
                .batch()
                .v1()
                .jobs()
                .inNamespace(data.namespace())
                .withName("volsync-rsync-tls-dst-rd-data");
        job.subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"succeeded\":null}}");
        RecoveryPoint recorded = replicator.record(data, Map.of()).orElseThrow();
        assertThat(recorded.image()).isEqualTo(full);
        // The size that the source tells is the later sync's.
        assertThat(recorded.bytes()).isNull();
        job.subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"succeeded\":1}}");
        sites.standby().startOperator();
        VolSyncScene.patiently(() -> !image().equals(full));
        VolSyncScene.patiently(() -> sites.standby().isListening("rd-data"));
        replicator.record(data, Map.of());
        sites.primary().goDown();
        assertThatThrownBy(() -> replicator.restore(data, "")).isInstanceOf(UnsafeToProceedException.class);
    }

    @Test
    void what_was_before_an_emptied_source_is_kept_until_a_person_has_accepted_it() {
        VolSyncOptions few = Replicators.quick().schedule(SCHEDULE).keep(1).build();
        PvcSwitchover moving = Replicators.switchover(sites, few);
        moving.protect(named);
        moving.sync(named);
        sites.primary().files("data").clear();
        for (int i = 0; i < 3; i++) {
            syncBySchedule();
            moving.record(named);
        }
        assertThatThrownBy(() -> moving.migrate(named)).hasMessageContaining("SHRUNKEN_SOURCE");
        assertThatThrownBy(() -> moving.sync(named)).hasMessageContaining("SHRUNKEN_SOURCE");
        assertThat(everywhere(sites.standby())).contains("one");
        PvcSwitchover accepting = Replicators.switchover(
                sites,
                Replicators.quick()
                        .schedule(SCHEDULE)
                        .keep(1)
                        .accept(Set.of(VolumeRisk.SHRUNKEN_SOURCE))
                        .build());
        accepting.sync(named);
        assertThat(moving.sync(named)).isNotEmpty();
        assertThat(moving.sync(named)).isNotEmpty();
        assertThat(replicator.status(data).notes()).isEmpty();
    }

    @Test
    void a_plan_tells_that_a_failover_to_an_emptied_source_would_be_refused() {
        switchover.protect(named);
        switchover.sync(named);
        String full = image();
        sites.primary().files("data").clear();
        syncBySchedule();
        switchover.record(named);
        assertThat(switchover.planFailover(named, Map.of()).isPossible()).isFalse();
        assertThatThrownBy(() -> switchover.failover(named)).hasMessageContaining("SHRUNKEN_SOURCE");
        assertThat(switchover.planFailover(named, Map.of("data", full)).isPossible())
                .isTrue();
    }
}
