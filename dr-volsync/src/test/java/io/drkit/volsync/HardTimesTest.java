package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.kubernetes.FaultyApi;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.drkit.volume.Claim;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.SwitchoverReport;
import io.drkit.workload.Claims;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Found by a hostile review; each fails while the finding stands. */
class HardTimesTest {

    private static final String SCHEDULE = "*/15 * * * *";

    private final TwoSites sites = TwoSites.start();
    private final VolSyncOptions options = Replicators.quick()
            .schedule(SCHEDULE)
            .setUpTimeout(Duration.ofSeconds(10))
            .syncTimeout(Duration.ofSeconds(20))
            .build();
    private final PvcReplicator replicator = Replicators.of(sites, options);
    private final PvcSwitchover switchover = Replicators.switchover(sites, options);
    private final Claim data = new Claim(sites.namespace(), "data");
    private final Claims named = Claims.named(sites.namespace(), "data");

    @BeforeEach
    void makeClaim() {
        make(sites.primary(), "data");
        sites.primary().files("data").write("one", "1, and something more to be of some size");
    }

    private static void make(StandInSite site, String claim) {
        site.namespace().create(Manifests.claim(claim));
        VolSyncScene.awaitBound(site, claim);
    }

    @AfterEach
    void close() {
        sites.close();
    }

    /** a migration run once more after a failover marks the old source as handed over, and what it never synced is kept nowhere. */
    @Test
    void migrate_after_failover_then_failback_keeps_what_the_old_source_never_synced() {
        switchover.protect(named);
        switchover.sync(named);
        sites.primary().files("data").write("late", "acknowledged, never synced");
        sites.primary().goDown();
        switchover.failover(named);
        sites.primary().comeBack();
        SwitchoverReport again = switchover.migrate(named);
        replicator.reversed().sync(data);
        assertThat(everywhere(sites.primary())).contains("late");
        assertThat(again.lossless()).isFalse();
    }

    /** points of an earlier era are restored over a claim that holds everything. */
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

    /** our label on the claim, and no record: taken for empty, though the application lived in it. */
    @Test
    void a_claim_that_drkit_made_and_that_was_active_is_kept_when_protected_anew() {
        replicator.protect(data);
        replicator.sync(data);
        replicator.handOver(data);
        replicator.reversed().protect(data);
        replicator.reversed().unprotect(data);
        sites.standby().files("data").write("month", "written at the standby, which is active");
        replicator.protect(data);
        replicator.sync(data);
        assertThat(everywhere(sites.standby())).contains("month");
    }

    /** a key of the user's that differs is refused only after the receiver, and its only snapshot, are deleted. */
    @Test
    void a_differing_key_is_refused_before_the_receiver_and_its_snapshot_are_deleted() {
        VolSyncScene.secret(sites.primary(), VolSyncScene.KEY);
        PvcReplicator keyed = Replicators.of(
                sites, Replicators.quick().schedule(SCHEDULE).keySecret("psk").build());
        keyed.protect(data);
        VolSyncScene.patiently(() -> !keyed.status(data).recoveryPoint().image().isEmpty());
        VolSyncScene.secret(sites.primary(), VolSyncScene.KEY.replace("00", "11"));
        VolSyncScene.secret(sites.standby(), VolSyncScene.KEY);
        // The standby's is not ours, as when the user rotates both by hand, one after the other.
        sites.standby()
                .own()
                .secrets()
                .inNamespace(data.namespace())
                .withName("psk")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"labels\":{\"app.kubernetes.io/managed-by\":null}}}");
        assertThatThrownBy(() -> keyed.protect(data)).hasMessageContaining("DrKit did not make it");
        sites.primary().goDown();
        keyed.restore(data, "");
    }

    /** claims "data" and "data-local" share the names of receiver, sender and key. */
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

    /** a replicated claim named restored-data is deleted by a failover of data. */
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
        try {
            replicator.restore(data, "");
        } catch (RuntimeException e) {
            System.err.println("restore: " + e.getMessage());
        }
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

    /** another snapshot asked for of a claim that was restored already: silently not done. */
    @Test
    void going_back_further_after_a_failover_is_done_or_refused() {
        replicator.protect(data);
        RecoveryPoint old = replicator.sync(data);
        sites.primary().files("data").write("bad", "corruption");
        replicator.sync(data);
        sites.primary().goDown();
        replicator.restore(data, "");
        try {
            replicator.restore(data, old.image());
        } catch (RuntimeException e) {
            return;
        }
        assertThat(sites.standby().files("data").read()).doesNotContainKey("bad");
    }

    /** a failover that was begun and given up chooses its old snapshot again, weeks later. */
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
        assertThatThrownBy(() -> replicator.restore(data, ""));
        sites.standby().api().heal();
        sites.primary().files("data").write("later", "synced twice after that");
        replicator.sync(data);
        RecoveryPoint newest = replicator.sync(data);
        sites.primary().goDown();
        assertThat(replicator.restore(data, "")).isEqualTo(newest);
        assertThat(sites.standby().files("data").read()).containsKey("later");
    }

    /** the second failover does not make the site the active one. */
    @Test
    void a_second_failover_is_remembered() {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().goDown();
        replicator.restore(data, "");
        sites.primary().comeBack();
        sites.standby().goDown();
        switchover.reversed().failover(named);
        sites.primary().files("data").write("new", "written after the second failover");
        sites.standby().comeBack();
        try {
            switchover.reversed().failback(named);
        } catch (RuntimeException e) {
            return;
        }
        assertThat(sites.standby().files("data").read()).containsKey("new");
    }

    /** VolSync's source mover ends before the destination's has flushed: an older snapshot is recorded with the newer time. */
    @Test
    void a_receiver_that_still_flushes_is_not_settled() throws Exception {
        replicator.protect(data);
        RecoveryPoint first = replicator.sync(data);
        Thread.sleep(1100);
        sites.standby().stopOperator();
        sites.primary().files("data").write("two", "2");
        VolSyncScene.patiently(() -> sites.standby().isListening("rd-data"));
        sites.primary().scheduleIsDue("rs-data");
        VolSyncScene.patiently(() -> !java.util.Objects.equals(Sender.lastStart(sender()), first.asOf()));
        // As it is in server.sh for 1 s and as long as its sync takes: the control file has come, and the job has not
        // succeeded yet.
        sites.standby()
                .own()
                .batch()
                .v1()
                .jobs()
                .inNamespace(data.namespace())
                .withName("volsync-rsync-tls-dst-rd-data")
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"succeeded\":null}}");
        RecoveryPoint recorded = replicator.record(data, Map.of()).orElseThrow();
        assertThat(sites.standby().filesOfSnapshot(recorded.image()).read()).doesNotContainKey("two");
        assertThat(recorded.asOf()).isEqualTo(first.asOf());
    }

    private io.drkit.volsync.resource.ReplicationSource sender() {
        return sites.primary()
                .own()
                .resources(io.drkit.volsync.resource.ReplicationSource.class)
                .inNamespace(data.namespace())
                .withName("rs-data")
                .get();
    }

    /** record in parallel takes away the tag that a sync waits for. */
    @Test
    void syncs_come_through_while_another_process_records() throws Exception {
        replicator.protect(data);
        replicator.sync(data);
        AtomicBoolean end = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(() -> {
                while (!end.get()) {
                    try {
                        replicator.record(data, Map.of());
                    } catch (RuntimeException e) {
                        System.err.println("record: " + e.getMessage());
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        try {
            for (int i = 0; i < 12; i++) {
                replicator.sync(data);
            }
        } finally {
            end.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    /** what is there is kept under one name for each epoch, so what came after a first try that failed is not kept. */
    @Test
    void what_came_after_a_first_try_to_protect_is_kept_too() {
        make(sites.standby(), "data");
        sites.standby().files("data").write("precious", "1");
        sites.standby().withholdAddresses();
        assertThatThrownBy(() -> replicator.protect(data)).hasMessageContaining("load balancer");
        sites.standby().files("data").write("precious2", "written by the application meanwhile");
        sites.standby().grantAddresses();
        replicator.protect(data);
        replicator.sync(data);
        assertThat(everywhere(sites.standby())).contains("precious", "precious2");
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

    /** of two failovers at a time, the slower one overwrites what the application wrote after the faster one. */
    @Test
    void a_second_process_in_the_same_failover_does_not_overwrite_the_application() throws Exception {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().goDown();
        AtomicBoolean first = new AtomicBoolean(true);
        java.util.concurrent.CountDownLatch held = new java.util.concurrent.CountDownLatch(1);
        java.util.concurrent.CountDownLatch release = new java.util.concurrent.CountDownLatch(1);
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
        Thread slow = new Thread(() -> {
            try {
                replicator.restore(data, "");
            } catch (RuntimeException e) {
                System.err.println("refused: " + e.getMessage());
            }
        });
        slow.start();
        held.await();
        replicator.restore(data, "");
        sites.standby().files("data").write("new", "written by the application, which was started");
        release.countDown();
        slow.join();
        assertThat(sites.standby().files("data").read()).containsKey("new");
    }

    /** the source was emptied, its schedule brought that, and nobody recorded: the failover restores nothing at all, and says nothing. */
    @Test
    void an_emptied_source_that_nobody_recorded_is_not_restored_silently() {
        replicator.protect(data);
        String full = replicator.sync(data).image();
        sites.primary().files("data").clear();
        sites.primary().scheduleIsDue("rs-data");
        VolSyncScene.patiently(
                () -> !replicator.status(data).recoveryPoint().image().equals(full));
        sites.primary().goDown();
        try {
            replicator.restore(data, "");
        } catch (RuntimeException e) {
            return;
        }
        assertThat(sites.standby().files("data").read()).isNotEmpty();
    }

    /** All files of the claim and of all snapshots. */
    private List<String> everywhere(StandInSite site) {
        List<String> all = new ArrayList<>(site.files("data").read().keySet());
        for (VolumeSnapshot snapshot : site.own()
                .resources(VolumeSnapshot.class)
                .inNamespace(data.namespace())
                .list()
                .getItems()) {
            all.addAll(site.filesOfSnapshot(snapshot.getMetadata().getName())
                    .read()
                    .keySet());
        }
        return all;
    }
}
