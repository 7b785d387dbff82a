package io.drkit.volsync;

import static io.drkit.volsync.VolSyncScene.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.testkit.workload.Manifests;
import io.fabric8.kubernetes.api.model.Service;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whether addresses, volumes and applications of the fixture's sites behave as real ones do. */
class StandInSiteTest {

    private final TwoSites sites = TwoSites.start();
    private final StandInSite primary = sites.primary();
    private final StandInSite standby = sites.standby();
    private final VolSyncScene scene = new VolSyncScene(sites);

    @AfterEach
    void close() {
        sites.close();
    }

    @Test
    void a_node_port_is_reached_at_a_node_and_a_cluster_ip_only_inside_or_over_a_bridge() {
        scene.claims();
        String clusterIp = scene.listen("NodePort", "Direct");
        Service service = standby.own()
                .services()
                .inNamespace(sites.namespace())
                .withName("volsync-rsync-tls-dst-rd-data")
                .require();
        assertThat(clusterIp).isEqualTo(service.getSpec().getClusterIP());
        scene.push(standby.nodeAddress(), service.getSpec().getPorts().get(0).getNodePort(), "Snapshot", "m1");
        scene.awaitSynced("m1");
        scene.patchSource("{\"spec\":{\"trigger\":{\"manual\":\"m2\"},\"rsyncTLS\":{\"port\":8000,\"address\":\""
                + clusterIp + "\"}}}");
        patiently(() -> "Failed".equals(scene.source("status", "latestMoverStatus", "result")));
        sites.bridge();
        scene.awaitSynced("m2");
    }

    @Test
    void a_load_balancer_may_take_its_time() {
        scene.claims();
        standby.withholdAddresses();
        VolSyncScene.create(standby, StandInResources.DESTINATIONS, """
                apiVersion: volsync.backube/v1alpha1
                kind: ReplicationDestination
                metadata: {name: rd-late}
                spec: {rsyncTLS: {keySecret: psk, serviceType: LoadBalancer, copyMethod: Direct, destinationPVC: data}}
                """);
        patiently(() -> standby.own()
                        .services()
                        .inNamespace(sites.namespace())
                        .withName("volsync-rsync-tls-dst-rd-late")
                        .get()
                != null);
        assertThat(VolSyncScene.get(standby, StandInResources.DESTINATIONS, "rd-late")
                        .<Object>get("status", "rsyncTLS", "address"))
                .isNull();
        standby.grantAddresses();
        patiently(() -> VolSyncScene.get(standby, StandInResources.DESTINATIONS, "rd-late")
                        .<Object>get("status", "rsyncTLS", "address")
                != null);
    }

    @Test
    void a_claim_made_of_a_snapshot_holds_it_and_is_pushed_within_the_site() {
        scene.synced();
        standby.namespace()
                .create(Manifests.claim("restored-data")
                        + "  dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: "
                        + scene.latestImage() + "}\n");
        VolSyncScene.awaitBound(standby, "restored-data");
        assertThat(standby.files("restored-data").read()).containsEntry("one", "1");
        standby.namespace().create(Manifests.claim("copy"));
        VolSyncScene.awaitBound(standby, "copy");
        String address = VolSyncScene.listen(standby, "copy", "ClusterIP", "Direct");
        VolSyncScene.push(standby, "restored-data", address, 8000, "Direct", "local");
        patiently(() -> "local"
                .equals(VolSyncScene.get(standby, StandInResources.SOURCES, "rs-restored-data")
                        .<Object>get("status", "lastManualSync")));
        assertThat(standby.files("copy").read()).containsEntry("one", "1");
    }

    @Test
    void a_claim_waits_for_its_first_pod_where_its_class_says_so_and_outlives_its_last() {
        primary.namespace().create(Manifests.claim("late").replace("spec:", "spec:\n  storageClassName: late"));
        var claim = primary.own()
                .persistentVolumeClaims()
                .inNamespace(sites.namespace())
                .withName("late");
        patiently(() -> claim.require().getStatus() != null
                && "Pending".equals(claim.require().getStatus().getPhase()));
        primary.namespace().create(Manifests.deployment("app", 1, "late"));
        VolSyncScene.awaitBound(primary, "late");
        claim.delete();
        assertThat(claim.require().getMetadata().getDeletionTimestamp()).isNotNull();
        primary.namespace().scale("Deployment", "app", 0);
        patiently(() -> claim.get() == null);
    }

    @Test
    void a_writer_goes_where_its_pods_are_and_a_final_sync_after_its_quiesce_has_all() {
        scene.synced();
        for (StandInSite site : new StandInSite[] {primary, standby}) {
            site.namespace().create(Manifests.deployment("app", site == primary ? 1 : 0, "data"));
        }
        try (AcknowledgedWriter writer = new AcknowledgedWriter(sites, "data")) {
            patiently(() -> writer.count() > 20);
            scene.syncAgain("m2");
            patiently(() -> !writer.missingAt(standby).isEmpty());
            primary.namespace().scale("Deployment", "app", 0);
            patiently(() -> primary.namespace().pods("data").stream().noneMatch(pod -> pod.startsWith("app-")));
            int count = writer.count();
            scene.syncAgain("m3");
            assertThat(writer.missingAt(primary)).isEmpty();
            assertThat(writer.missingAt(standby)).isEmpty();
            assertThat(writer.count()).isEqualTo(count);
            standby.namespace().scale("Deployment", "app", 1);
            patiently(() -> writer.count() > count + 5);
            assertThat(writer.missingAt(standby)).isEmpty();
        }
    }

    @Test
    void a_wrong_clock_shows_in_what_the_operator_writes() {
        primary.offset(Duration.ofHours(1));
        scene.synced();
        assertThat(Instant.parse(String.valueOf(scene.source("status", "lastSyncTime"))))
                .isAfter(Instant.now().plus(Duration.ofMinutes(50)));
        assertThat(Instant.parse(String.valueOf(scene.destination("status", "lastSyncTime"))))
                .isBefore(Instant.now().plusSeconds(2));
    }

    @Test
    void durations_are_written_as_go_does() {
        assertThat(ReplicationMachine.goDuration(Duration.ofMillis(85))).isEqualTo("85ms");
        assertThat(ReplicationMachine.goDuration(Duration.ofMillis(12_500))).isEqualTo("12.5s");
        assertThat(ReplicationMachine.goDuration(Duration.ofSeconds(3_723))).isEqualTo("1h2m3s");
    }
}
