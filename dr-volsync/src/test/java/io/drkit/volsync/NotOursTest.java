package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.VolumeRisk;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is somebody else's, or was made anew, is neither taken over nor written over unseen. */
class NotOursTest extends OneClaim {

    private void usersSnapshot(String name, String claim) {
        VolumeSnapshot users = new VolumeSnapshot();
        users.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(data.namespace())
                .build());
        users.setSpec(new VolumeSnapshot.Spec(new VolumeSnapshot.Source(claim), null));
        sites.standby().own().resource(users).create();
        VolSyncScene.patiently(() -> {
            VolumeSnapshot now = snapshot(name);
            return now != null
                    && now.getStatus() != null
                    && Boolean.TRUE.equals(now.getStatus().readyToUse());
        });
    }

    @Test
    void a_snapshot_of_the_users_that_was_restored_from_is_not_deleted_later() {
        PvcReplicator few = Replicators.of(
                sites, Replicators.quick().schedule(SCHEDULE).keep(0).build());
        few.protect(data);
        few.sync(data);
        usersSnapshot("golden", "data");
        few.restore(data, "golden");
        PvcReplicator back = few.reversed();
        back.protect(data);
        back.sync(data);
        back.handOver(data);
        few.protect(data);
        few.sync(data);
        sites.primary().files("data").write("x", "x");
        few.sync(data);
        few.sync(data);
        assertThat(snapshotExists("golden")).isTrue();
    }

    @Test
    void a_snapshot_of_another_claim_is_not_restored() {
        make(sites.standby(), "media");
        sites.standby().files("media").write("film", "of another claim");
        usersSnapshot("media-1", "media");
        replicator.protect(data);
        replicator.sync(data);
        assertThatThrownBy(() -> replicator.restore(data, "media-1")).isInstanceOf(UnsafeToProceedException.class);
    }

    @Test
    void a_rebuilt_empty_primary_is_not_pushed_over_the_standby_by_protect() {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().files("data").write("later", "synced by schedule, and recorded by nobody");
        syncBySchedule();
        assertThat(everywhere(sites.standby())).contains("later");
        // The primary cluster is lost and built anew by GitOps: namespace with an empty claim.
        String ns = data.namespace();
        sites.primary()
                .own()
                .resources(ReplicationSource.class)
                .inNamespace(ns)
                .withName("rs-data")
                .delete();
        sites.primary()
                .own()
                .configMaps()
                .inNamespace(ns)
                .withName("drkit-data")
                .delete();
        sites.primary()
                .own()
                .secrets()
                .inNamespace(ns)
                .withName("drkit-psk-data")
                .delete();
        sites.primary()
                .own()
                .persistentVolumeClaims()
                .inNamespace(ns)
                .withName("data")
                .delete();
        VolSyncScene.patiently(() -> sites.primary()
                                .own()
                                .persistentVolumeClaims()
                                .inNamespace(ns)
                                .withName("data")
                                .get()
                        == null
                && sites.primary()
                                .own()
                                .resources(ReplicationSource.class)
                                .inNamespace(ns)
                                .withName("rs-data")
                                .get()
                        == null);
        make(sites.primary(), "data");
        assertThatThrownBy(() -> replicator.protect(data)).hasMessageContaining("REPLACED_SOURCE");
        assertThat(everywhere(sites.standby())).contains("later");
        PvcReplicator accepting = Replicators.of(
                sites,
                Replicators.quick()
                        .schedule(SCHEDULE)
                        .accept(Set.of(VolumeRisk.REPLACED_SOURCE))
                        .build());
        accepting.protect(data);
        VolSyncScene.patiently(() -> Sender.isIdle(sender()) && sites.standby().isListening("rd-data"));
        assertThat(everywhere(sites.standby())).contains("later");
    }

    @Test
    void a_destination_that_somebody_made_anew_is_kept_before_it_is_overwritten() {
        PvcReplicator manual = Replicators.of(sites, Replicators.quick().build());
        manual.protect(data);
        manual.sync(data);
        manual.handOver(data);
        manual.reversed().protect(data);
        manual.reversed().sync(data);
        manual.reversed().handOver(data);
        manual.protect(data);
        manual.sync(data);
        String ns = data.namespace();
        String uid = sites.standby().uidOf("data");
        sites.standby()
                .own()
                .resources(ReplicationDestination.class)
                .inNamespace(ns)
                .withName("rd-data")
                .delete();
        sites.standby()
                .own()
                .persistentVolumeClaims()
                .inNamespace(ns)
                .withName("data")
                .delete();
        VolSyncScene.patiently(() -> sites.standby()
                        .own()
                        .persistentVolumeClaims()
                        .inNamespace(ns)
                        .withName("data")
                        .get()
                == null);
        make(sites.standby(), "data");
        assertThat(sites.standby().uidOf("data")).isNotEqualTo(uid);
        sites.standby().files("data").write("precious", "of somebody's, in a claim of his own");
        manual.protect(data);
        manual.sync(data);
        assertThat(everywhere(sites.standby())).contains("precious");
    }

    @Test
    void unprotect_after_a_failover_and_protect_keeps_what_the_standby_wrote() {
        replicator.protect(data);
        replicator.sync(data);
        sites.primary().goDown();
        replicator.restore(data, "");
        sites.standby().files("data").write("new", "written after the failover");
        sites.primary().comeBack();
        replicator.unprotect(data);
        replicator.protect(data);
        replicator.sync(data);
        assertThat(everywhere(sites.standby())).contains("new");
    }
}
