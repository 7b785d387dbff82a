package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.drkit.volume.Claim;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.ReplicationPhase;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What could lose data with VolSync is refused, or kept, or told. */
class GuardsTest {

    private static final String SCHEDULE = "*/15 * * * *";

    private final TwoSites sites = TwoSites.start();
    private final PvcReplicator replicator =
            Replicators.of(sites, Replicators.quick().schedule(SCHEDULE).build());
    private final Claim data = new Claim(sites.namespace(), "data");

    @BeforeEach
    void makeClaim() {
        sites.primary().namespace().create(Manifests.claim("data"));
        VolSyncScene.awaitBound(sites.primary(), "data");
        sites.primary().files("data").write("one", "1, and something more to be of some size");
    }

    @AfterEach
    void close() {
        sites.close();
    }

    @Test
    void a_sync_that_was_under_way_does_not_count() throws Exception {
        replicator.protect(data);
        replicator.sync(data);
        Hold hold = sites.holdTransfers(0);
        sites.primary().files("data").write("two", "in the scheduled sync");
        sites.primary().scheduleIsDue("rs-data");
        hold.awaitReached();
        sites.primary().files("data").write("three", "after that sync began");
        CompletableFuture<RecoveryPoint> sync = CompletableFuture.supplyAsync(() -> replicator.sync(data));
        Thread.sleep(200);
        hold.release();
        RecoveryPoint point = sync.get();
        assertThat(sites.standby().filesOfSnapshot(point.image()).read()).containsOnlyKeys("one", "two", "three");
    }

    @Test
    void an_operator_that_acts_on_what_it_read_before_cannot_stamp_our_tag_on_an_older_sync() {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().delayReaction(Duration.ofMillis(60));
        for (int i = 0; i < 5; i++) {
            sites.primary().scheduleIsDue("rs-data");
            sites.primary().files("data").write("round " + i, "written before the sync");
            RecoveryPoint point = replicator.sync(data);
            assertThat(sites.standby().filesOfSnapshot(point.image()).read()).containsKey("round " + i);
        }
    }

    @Test
    void a_claim_that_was_made_anew_is_not_synced_over_the_old_ones_copy() {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().namespace().delete("PersistentVolumeClaim", "data");
        VolSyncScene.patiently(() -> sites.primary()
                        .own()
                        .persistentVolumeClaims()
                        .inNamespace(data.namespace())
                        .withName("data")
                        .get()
                == null);
        sites.primary().namespace().create(Manifests.claim("data"));
        VolSyncScene.awaitBound(sites.primary(), "data");
        assertThatThrownBy(() -> replicator.sync(data)).hasMessageContaining("REPLACED_SOURCE");
        assertThatThrownBy(() -> replicator.protect(data)).hasMessageContaining("REPLACED_SOURCE");
        assertThat(sites.standby().files("data").read()).containsOnlyKeys("one");
    }

    @Test
    void so_many_earlier_snapshots_are_kept_and_no_more() {
        PvcReplicator few = Replicators.of(
                sites, Replicators.quick().schedule(SCHEDULE).keep(2).build());
        few.protect(data);
        for (int i = 0; i < 5; i++) {
            few.sync(data);
        }
        assertThat(few.status(data).earlier())
                .hasSize(2)
                .allSatisfy(point -> assertThat(
                                sites.standby().filesOfSnapshot(point.image()).read())
                        .containsOnlyKeys("one"));
        VolSyncScene.patiently(() -> snapshots(sites.standby()).size() == 3);
    }

    @Test
    void what_the_standbys_claim_held_before_is_kept_as_a_snapshot() {
        sites.standby().namespace().create(Manifests.claim("data"));
        VolSyncScene.awaitBound(sites.standby(), "data");
        sites.standby().files("data").write("precious", "of somebody else");
        replicator.protect(data);
        replicator.sync(data);
        assertThat(sites.standby().files("data").read()).containsOnlyKeys("one");
        String kept = snapshots(sites.standby()).stream()
                .filter(name -> name.startsWith("kept-data-"))
                .findFirst()
                .orElseThrow();
        assertThat(sites.standby().filesOfSnapshot(kept).read()).containsOnlyKeys("precious");
        replicator.unprotect(data);
        assertThat(snapshots(sites.standby())).contains(kept);
    }

    @Test
    void a_primary_that_comes_back_pushes_nothing_into_what_was_failed_over() {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().files("data").write("late", "written as it died");
        sites.primary().goDown();
        replicator.restore(data, "");
        sites.standby().files("data").write("new", "after the failover");
        sites.primary().comeBack();
        sites.primary().scheduleIsDue("rs-data");
        VolSyncScene.patiently(() -> replicator.reversed().status(data).phase() != ReplicationPhase.UNKNOWN);
        assertThatThrownBy(() -> replicator.sync(data)).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> replicator.protect(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("fail back");
        PvcReplicator back = replicator.reversed();
        back.protect(data);
        back.sync(data);
        assertThat(sites.primary().files("data").read()).containsOnlyKeys("one", "new");
        String kept = snapshots(sites.primary()).stream()
                .filter(name -> name.startsWith("kept-data-"))
                .findFirst()
                .orElseThrow();
        assertThat(sites.primary().filesOfSnapshot(kept).read()).containsOnlyKeys("one", "late");
    }

    @Test
    void what_others_made_under_our_names_is_left_alone_and_named() {
        sites.standby()
                .namespace()
                .create("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: drkit-data}\ndata: {a: b}\n");
        assertThatThrownBy(() -> replicator.protect(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("ConfigMap drkit-data")
                .hasMessageContaining("not made by DrKit");
        replicator.unprotect(new Claim(sites.namespace(), "other"));
        assertThat(sites.standby()
                        .own()
                        .configMaps()
                        .inNamespace(sites.namespace())
                        .withName("drkit-data")
                        .get())
                .isNotNull();
    }

    @Test
    void a_given_key_is_shared_and_two_different_ones_are_refused() {
        VolSyncScene.secret(sites.primary(), VolSyncScene.KEY);
        PvcReplicator keyed = Replicators.of(
                sites, Replicators.quick().schedule(SCHEDULE).keySecret("psk").build());
        keyed.protect(data);
        keyed.sync(data);
        keyed.unprotect(data);
        assertThat(sites.primary()
                        .own()
                        .secrets()
                        .inNamespace(sites.namespace())
                        .withName("psk")
                        .get())
                .isNotNull();
        VolSyncScene.secret(sites.standby(), VolSyncScene.KEY.replace("00", "11"));
        assertThatThrownBy(() -> keyed.protect(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("psk")
                .hasMessageNotContaining("00112233")
                .hasMessageNotContaining("11112233");
        VolSyncScene.secret(sites.standby(), "drkit:short");
        assertThatThrownBy(() -> keyed.protect(data)).hasMessageContaining("32 hexadecimal digits");
    }

    @Test
    void a_missing_address_is_said_in_time() {
        sites.standby().withholdAddresses();
        PvcReplicator impatient = Replicators.of(
                sites, Replicators.quick().setUpTimeout(Duration.ofSeconds(4)).build());
        assertThatThrownBy(() -> impatient.protect(data))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("load balancer");
        sites.standby().grantAddresses();
        replicator.protect(data);
        replicator.sync(data);
    }

    @Test
    void by_node_port_and_by_bridged_cluster_addresses_too() {
        for (ServiceType type : List.of(ServiceType.NODE_PORT, ServiceType.CLUSTER_IP)) {
            sites.bridge();
            VolSyncOptions options = Replicators.quick().schedule(SCHEDULE).build();
            PvcReplicator other = new VolSyncPvcReplicator(
                    VolSyncSite.at("primary", sites.primary().client()).build(),
                    VolSyncSite.at("standby", sites.standby().client())
                            .serviceType(type)
                            .build(),
                    options);
            other.protect(data);
            sites.primary().files("data").write("by", type.toString());
            other.sync(data);
            assertThat(sites.standby().files("data").read()).containsEntry("by", type.toString());
            other.unprotect(data);
        }
    }

    @Test
    void a_mover_that_fails_is_told_with_the_end_of_its_log() {
        replicator.protect(data);
        replicator.sync(data);
        sites.failNextMovers(
                10_000, "rsync: connection unexpectedly closed\nrsync error: error in rsync protocol data stream");
        PvcReplicator impatient = Replicators.of(
                sites,
                Replicators.quick()
                        .schedule(SCHEDULE)
                        .syncTimeout(Duration.ofSeconds(4))
                        .build());
        assertThatThrownBy(() -> impatient.sync(data))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("had not come through")
                .hasMessageContaining("error in rsync protocol data stream");
        assertThat(replicator.status(data).phase()).isEqualTo(ReplicationPhase.FAILING);
        assertThat(replicator.status(data).notes().toString()).contains("error in rsync protocol data stream");
    }

    @Test
    void classes_that_do_not_exist_are_named_before_anything_is_made() {
        PvcReplicator wrong = new VolSyncPvcReplicator(
                VolSyncSite.at("primary", sites.primary().client()).build(),
                VolSyncSite.at("standby", sites.standby().client())
                        .snapshotClass("gold")
                        .build(),
                Replicators.quick().build());
        assertThatThrownBy(() -> wrong.protect(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("VolumeSnapshotClass gold");
        PvcReplicator slow = new VolSyncPvcReplicator(
                VolSyncSite.at("primary", sites.primary().client()).build(),
                VolSyncSite.at("standby", sites.standby().client())
                        .storageClass("slow")
                        .build(),
                Replicators.quick().build());
        assertThatThrownBy(() -> slow.protect(data)).hasMessageContaining("StorageClass slow");
        assertThat(replicator.status(data).phase()).isEqualTo(ReplicationPhase.UNPROTECTED);
    }

    @Test
    void an_unfinished_sync_of_a_killed_process_does_not_keep_the_schedule_off() {
        replicator.protect(data);
        RecoveryPoint first = replicator.sync(data);
        sites.primary()
                .own()
                .resources(ReplicationSource.class)
                .inNamespace(data.namespace())
                .withName("rs-data")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\":{\"trigger\":{\"manual\":\"drkit-of-a-killed-process\"}}}");
        VolSyncScene.patiently(() -> {
            replicator.record(data, Map.of());
            return replicator.status(data).notes().isEmpty()
                    && !replicator.status(data).recoveryPoint().image().equals(first.image());
        });
        String before = replicator.status(data).recoveryPoint().image();
        VolSyncScene.patiently(() -> {
            // Nothing happens while the sync by tag is under way.
            sites.primary().scheduleIsDue("rs-data");
            return !Objects.equals(
                    before, replicator.record(data, Map.of()).orElseThrow().image());
        });
    }

    private List<String> snapshots(StandInSite site) {
        return site.own().resources(VolumeSnapshot.class).inNamespace(data.namespace()).list().getItems().stream()
                .map(snapshot -> snapshot.getMetadata().getName())
                .toList();
    }
}
