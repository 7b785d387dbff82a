package io.drkit.volsync;

import static io.drkit.volsync.VolSyncScene.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whether the fixture behaves as VolSync's operator and movers do: one that lies is worse than none. */
class StandInVolSyncTest {

    private final TwoSites sites = TwoSites.start();
    private final StandInSite primary = sites.primary();
    private final StandInSite standby = sites.standby();
    private final VolSyncScene scene = new VolSyncScene(sites);

    @AfterEach
    void close() {
        sites.close();
    }

    @Test
    void a_push_makes_the_destination_equal_and_keeps_it_as_a_snapshot() {
        scene.claims();
        primary.files("data").write("a/one", "1");
        primary.files("data").write("two", "2");
        standby.files("data").write("surplus", "x");
        scene.push(scene.listen("LoadBalancer", "Snapshot"), 8000, "Snapshot", "m1");
        scene.awaitSynced("m1");
        assertThat(standby.files("data").read())
                .isEqualTo(primary.files("data").read())
                .hasSize(2);
        assertThat(standby.filesOfSnapshot(scene.latestImage()).read()).containsOnlyKeys("a/one", "two");
        assertThat(scene.source("status", "latestMoverStatus", "result")).isEqualTo("Successful");
        assertThat(String.valueOf(scene.source("status", "latestMoverStatus", "logs")))
                .contains("total size is 2  speedup is", "rsync completed in 0s");
        assertThat(scene.source("status", "lastSyncStartTime")).isNull();
        assertThat(Duration.between(
                        Instant.parse(String.valueOf(scene.source("status", "lastSyncTime"))), primary.now()))
                .isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void clones_and_live_folders_are_pushed_too_and_an_empty_source_wipes() {
        scene.claims();
        primary.files("data").write("one", "1");
        scene.push(scene.listen("LoadBalancer", "Direct"), 8000, "Clone", "m1");
        scene.awaitSynced("m1");
        assertThat(standby.files("data").read()).containsEntry("one", "1");
        primary.files("data").write("two", "2");
        scene.patchSource("{\"spec\":{\"rsyncTLS\":{\"copyMethod\":\"Direct\"}}}");
        scene.syncAgain("m2");
        assertThat(standby.files("data").read()).hasSize(2);
        primary.files("data").clear();
        scene.syncAgain("m3");
        assertThat(standby.files("data").read()).isEmpty();
    }

    @Test
    void a_tag_that_comes_during_a_sync_is_stamped_when_that_sync_ends() {
        scene.synced();
        primary.files("data").write("one", "2");
        try (Hold hold = sites.holdTransfers(0)) {
            scene.trigger("m2");
            hold.awaitReached();
            primary.files("data").write("one", "3");
            scene.trigger("m3");
        }
        scene.awaitSynced("m3");
        assertThat(standby.files("data").read()).containsEntry("one", "2");
    }

    @Test
    void a_schedule_that_is_due_does_nothing_to_a_source_that_was_made_manual_unseen() {
        scene.synced();
        scene.patchSource("{\"spec\":{\"trigger\":{\"manual\":null,\"schedule\":\"*/15 * * * *\"}}}");
        patiently(
                () -> VolSync.WAITING_FOR_SCHEDULE.equals(scene.reason(primary, StandInResources.SOURCES, "rs-data")));
        primary.files("data").write("one", "2");
        try (Hold hold = primary.holdReaction()) {
            hold.awaitReached();
            primary.scheduleIsDue("rs-data");
            scene.trigger("m1");
        }
        patiently(() -> VolSync.WAITING_FOR_MANUAL.equals(scene.reason(primary, StandInResources.SOURCES, "rs-data")));
        assertThat(scene.source("status", "lastSyncStartTime")).isNull();
        assertThat(standby.files("data").read()).containsEntry("one", "1");
        scene.patchSource("{\"spec\":{\"trigger\":{\"manual\":null}}}");
        patiently(
                () -> VolSync.WAITING_FOR_SCHEDULE.equals(scene.reason(primary, StandInResources.SOURCES, "rs-data")));
        primary.scheduleIsDue("rs-data");
        scene.awaitReceived("2", "one");
    }

    @Test
    void writes_of_what_was_read_earlier_are_refused_of_status_and_of_spec() {
        scene.synced();
        GenericKubernetesResource read = VolSyncScene.get(primary, StandInResources.SOURCES, "rs-data");
        scene.syncAgain("m2");
        var source = StandInResources.of(primary.own(), StandInResources.SOURCES)
                .inNamespace(sites.namespace())
                .resource(read);
        assertConflict(() -> primary.objects().writeStatus(read, Map.of("lastManualSync", "m9")));
        assertConflict(() -> source.patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"resourceVersion\":\"" + read.getMetadata().getResourceVersion()
                        + "\"},\"spec\":{\"trigger\":{\"manual\":\"m3\"}}}"));
        assertThat(scene.source("spec", "trigger", "manual")).isEqualTo("m2");
        assertThat(scene.source("status", "lastManualSync")).isEqualTo("m2");
    }

    private static void assertConflict(ThrowingCallable write) {
        assertThatThrownBy(write)
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409));
    }

    @Test
    void a_new_key_does_not_reach_a_mover_that_listens() {
        scene.claims();
        String address = scene.listen("LoadBalancer", "Snapshot");
        patiently(() -> !standby.namespace().pods("data").isEmpty());
        scene.push(address, 8000, "Snapshot", "m1");
        scene.awaitSynced("m1");
        patiently(() -> VolSync.SYNC_IN_PROGRESS.equals(scene.reason(standby, StandInResources.DESTINATIONS, "rd-data"))
                && standby.isListening("rd-data"));
        VolSyncScene.secret(primary, "drkit:ffff0000ffff0000ffff0000ffff0000");
        VolSyncScene.secret(standby, "drkit:ffff0000ffff0000ffff0000ffff0000");
        scene.trigger("m2");
        awaitFailure("decrypt error");
        assertThat(scene.source("status", "lastManualSync")).isEqualTo("m1");
        standby.own()
                .batch()
                .v1()
                .jobs()
                .inNamespace(sites.namespace())
                .withName("volsync-rsync-tls-dst-rd-data")
                .delete();
        scene.awaitSynced("m2");
    }

    @Test
    void a_mover_that_fails_is_tried_again_while_the_state_stays() {
        scene.synced();
        primary.files("data").write("one", "2");
        sites.failNextMovers(1, "rsync: no space left on device (28)");
        scene.trigger("m2");
        scene.awaitReceived("2", "one");
        scene.awaitSynced("m2");
        sites.cutLink();
        scene.trigger("m3");
        awaitFailure("Connection refused");
        assertThat(scene.reason(primary, StandInResources.SOURCES, "rs-data")).isEqualTo(VolSync.SYNC_IN_PROGRESS);
        sites.healLink();
        scene.awaitSynced("m3");
    }

    @Test
    void a_crash_leaves_the_destination_half_written_and_its_last_snapshot_whole() {
        scene.synced();
        String image = scene.latestImage();
        primary.files("data").write("one", "2");
        primary.files("data").write("two", "2");
        try (Hold hold = sites.crashMidTransfer(primary, 1)) {
            scene.trigger("m2");
            hold.awaitReached();
        }
        assertThat(standby.files("data").read()).containsEntry("one", "2").hasSize(1);
        assertThat(scene.latestImage()).isEqualTo(image);
        assertThat(standby.filesOfSnapshot(image).read()).containsEntry("one", "1");
        assertThatThrownBy(() -> primary.client().namespaces().list()).isInstanceOf(KubernetesClientException.class);
        primary.comeBack();
        scene.awaitSynced("m2");
        assertThat(standby.files("data").read()).hasSize(2);
    }

    @Test
    void an_earlier_snapshot_goes_unless_it_is_labelled_and_what_was_owned_goes_with_its_owner() {
        scene.synced();
        String kept = scene.latestImage();
        var snapshots =
                StandInResources.of(standby.own(), StandInResources.SNAPSHOTS).inNamespace(sites.namespace());
        snapshots
                .withName(kept)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"labels\":{\"" + VolSync.DO_NOT_DELETE + "\":\"true\"}}}");
        for (int i = 2; i <= 3; i++) {
            primary.files("data").write("one", "" + i);
            scene.syncAgain("m" + i);
            scene.awaitReceived("" + i, "one");
        }
        patiently(() -> snapshots.list().getItems().size() == 2);
        assertThat(standby.filesOfSnapshot(kept).read()).containsEntry("one", "1");
        StandInResources.of(standby.own(), StandInResources.DESTINATIONS)
                .inNamespace(sites.namespace())
                .delete();
        patiently(() -> snapshots.list().getItems().size() == 1
                && standby.namespace().pods("data").isEmpty()
                && standby.own()
                        .services()
                        .inNamespace(sites.namespace())
                        .list()
                        .getItems()
                        .isEmpty());
        assertThat(standby.filesOfSnapshot(kept).read()).containsEntry("one", "1");
    }

    @Test
    void while_the_operator_is_stopped_nothing_begins_and_nothing_ends() {
        scene.synced();
        primary.files("data").write("one", "2");
        primary.stopOperator();
        scene.trigger("m2");
        standby.stopOperator();
        assertThat(scene.source("status", "lastSyncStartTime")).isNull();
        primary.startOperator();
        standby.startOperator();
        scene.awaitSynced("m2");
        assertThat(standby.files("data").read()).containsEntry("one", "2");
    }

    @Test
    void a_source_whose_claim_is_missing_says_so() {
        scene.claims();
        VolSyncScene.push(primary, "nothing", "192.0.2.77", 8000, "Snapshot", "m1");
        patiently(() -> VolSync.ERROR.equals(scene.reason(primary, StandInResources.SOURCES, "rs-nothing")));
        VolSyncScene.create(primary, StandInResources.SNAPSHOTS, """
                apiVersion: snapshot.storage.k8s.io/v1
                kind: VolumeSnapshot
                metadata: {name: odd}
                spec: {volumeSnapshotClassName: none, source: {persistentVolumeClaimName: data}}
                """);
        patiently(() ->
                VolSyncScene.get(primary, StandInResources.SNAPSHOTS, "odd").<Object>get("status", "error", "message")
                        != null);
        primary.namespace().create(Manifests.claim("odd").replace("spec:", "spec:\n  storageClassName: none"));
        primary.namespace().create(Manifests.claim("fine"));
        VolSyncScene.awaitBound(primary, "fine");
        assertThat(SiteView.isBound(primary.own()
                        .persistentVolumeClaims()
                        .inNamespace(sites.namespace())
                        .withName("odd")
                        .require()))
                .isFalse();
    }

    private void awaitFailure(String log) {
        patiently(() -> "Failed".equals(scene.source("status", "latestMoverStatus", "result"))
                && String.valueOf(scene.source("status", "latestMoverStatus", "logs"))
                        .contains(log));
    }
}
