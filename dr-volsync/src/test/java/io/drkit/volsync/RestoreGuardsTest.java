package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.DrException;
import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.volume.Claim;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.RecoveryPoint;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A failover restores what it says, only that, and over nothing that an application wrote since. */
class RestoreGuardsTest extends OneClaim {

    @Test
    void a_failover_before_the_first_sync_of_a_new_era_does_not_go_back_to_the_era_before() {
        replicator.protect(data);
        replicator.sync(data);
        replicator.handOver(data);
        PvcReplicator back = replicator.reversed();
        back.protect(data);
        sites.standby().files("data").write("month", "written while the standby was the active site");
        back.sync(data);
        back.handOver(data);
        sites.cutLink();
        replicator.protect(data);
        sites.primary().goDown();
        assertThat(sites.standby().files("data").read()).containsKey("month");
        replicator.restore(data, "");
        assertThat(sites.standby().files("data").read()).containsKey("month");
    }

    @Test
    void a_failover_of_data_leaves_data_local_alone() {
        Claim other = new Claim(sites.namespace(), "data-local");
        make(sites.primary(), "data-local");
        sites.primary().files("data-local").write("other", "of another claim");
        replicator.protect(data);
        replicator.protect(other);
        replicator.sync(data);
        replicator.sync(other);
        replicator.restore(data, "");
        assertThat(sites.standby().files("data").read()).containsOnlyKeys("one");
        replicator.sync(other);
    }

    @Test
    void a_failover_of_data_does_not_delete_the_claim_restored_data() {
        Claim other = new Claim(sites.namespace(), "restored-data");
        make(sites.primary(), "restored-data");
        sites.primary().files("restored-data").write("other", "of another claim");
        replicator.protect(data);
        replicator.protect(other);
        replicator.sync(data);
        replicator.sync(other);
        sites.primary().goDown();
        replicator.restore(data, "");
        assertThat(sites.standby().files("data").read()).containsOnlyKeys("one");
        assertThat(sites.standby()
                        .own()
                        .resources(PersistentVolumeClaim.class)
                        .inNamespace(data.namespace())
                        .withName("restored-data")
                        .require()
                        .getMetadata()
                        .getDeletionTimestamp())
                .isNull();
        assertThat(sites.standby().files("restored-data").read()).containsKey("other");
    }

    @Test
    void going_back_further_after_a_failover_is_refused() {
        replicator.protect(data);
        RecoveryPoint old = replicator.sync(data);
        sites.primary().files("data").write("bad", "corruption");
        replicator.sync(data);
        sites.primary().goDown();
        replicator.restore(data, "");
        assertThatThrownBy(() -> replicator.restore(data, old.image()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("is active already");
    }

    @Test
    void a_failover_given_up_does_not_bind_the_next_one_to_its_snapshot() {
        replicator.protect(data);
        replicator.sync(data);
        AtomicBoolean over = new AtomicBoolean();
        sites.standby().api().rule((number, method, path) -> {
            if (method.equals("DELETE")) {
                over.set(true);
            }
            return over.get() ? FaultyApi.Fate.LOST : FaultyApi.Fate.PASS;
        });
        assertThatThrownBy(() -> replicator.restore(data, "")).isInstanceOf(DrException.class);
        sites.standby().api().heal();
        sites.primary().files("data").write("later", "synced twice after that");
        replicator.sync(data);
        RecoveryPoint newest = replicator.sync(data);
        sites.primary().goDown();
        assertThat(replicator.restore(data, "")).isEqualTo(newest);
        assertThat(sites.standby().files("data").read()).containsKey("later");
    }

    @Test
    void after_two_failovers_a_person_says_which_site_is_right() {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().goDown();
        replicator.restore(data, "");
        sites.primary().comeBack();
        sites.standby().goDown();
        switchover.reversed().failover(named);
        sites.primary().files("data").write("new", "written after the second failover");
        sites.standby().comeBack();
        assertThatThrownBy(() -> switchover.reversed().failback(named))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("remember that the claim data");
        assertThat(sites.primary().files("data").read()).containsKey("new");
    }

    /** VolSync's mark on the claim outlives a receiver that is removed before it cleaned up, and the next receiver takes the old snapshot for its own. */
    @Test
    void the_snapshot_of_an_earlier_receiver_is_not_taken_for_the_next_ones() {
        replicator.protect(data);
        String old = replicator.sync(data).image();
        // As it is between the write of latestImage and VolSync's cleaning up.
        sites.standby().stopOperator();
        sites.standby()
                .own()
                .persistentVolumeClaims()
                .inNamespace(data.namespace())
                .withName("data")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"volsync.backube/snapname\":\"" + old + "\"}}}");
        replicator.handOver(data);
        sites.standby().startOperator();
        PvcReplicator back = replicator.reversed();
        back.protect(data);
        back.sync(data);
        back.handOver(data);
        replicator.protect(data);
        sites.primary().files("data").write("fresh", "written long after");
        VolSyncScene.patiently(
                () -> !replicator.status(data).recoveryPoint().image().isEmpty()
                        && sender().getStatus() != null
                        && sender().getStatus().lastSyncTime() != null);
        RecoveryPoint recorded = replicator.record(data, Map.of()).orElseThrow();
        sites.primary().goDown();
        replicator.restore(data, "");
        assertThat(recorded.image()).isNotEqualTo(old);
    }

    @Test
    void a_second_process_in_the_same_failover_does_not_overwrite_the_application() throws Exception {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().goDown();
        AtomicBoolean first = new AtomicBoolean(true);
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        sites.standby().api().rule((number, method, path) -> {
            if (method.equals("PATCH") && path.contains("/configmaps/drkit-data") && first.compareAndSet(true, false)) {
                held.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    return FaultyApi.Fate.LOST;
                }
            }
            return FaultyApi.Fate.PASS;
        });
        CompletableFuture<RecoveryPoint> slow = CompletableFuture.supplyAsync(() -> replicator.restore(data, ""));
        held.await();
        replicator.restore(data, "");
        sites.standby().files("data").write("new", "written by the application, which was started");
        release.countDown();
        assertThatThrownBy(slow::join).hasMessageContaining("Another process has restored");
        assertThat(sites.standby().files("data").read()).containsKey("new");
    }

    @Test
    void an_emptied_source_that_nobody_recorded_is_not_restored_silently() {
        replicator.protect(data);
        String full = replicator.sync(data).image();
        sites.primary().files("data").clear();
        sites.primary().scheduleIsDue("rs-data");
        VolSyncScene.patiently(
                () -> !replicator.status(data).recoveryPoint().image().equals(full));
        sites.primary().goDown();
        assertThatThrownBy(() -> replicator.restore(data, ""))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(full);
        assertThat(replicator.restore(data, full).image()).isEqualTo(full);
        assertThat(sites.standby().files("data").read()).containsOnlyKeys("one");
    }
}
