package io.drkit.volsync;

import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.drkit.volume.Claim;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.PvcSwitchover;
import io.drkit.workload.Claims;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One claim with a file, on two sites where VolSync is played, and what tests of guards ask of it. */
abstract class OneClaim {

    static final String SCHEDULE = "*/15 * * * *";

    final TwoSites sites = TwoSites.start();

    final VolSyncOptions options = Replicators.quick()
            .schedule(SCHEDULE)
            .setUpTimeout(Duration.ofSeconds(10))
            .syncTimeout(Duration.ofSeconds(20))
            .build();

    final PvcReplicator replicator = Replicators.of(sites, options);

    final PvcSwitchover switchover = Replicators.switchover(sites, options);

    final Claim data = new Claim(sites.namespace(), "data");

    final Claims named = Claims.named(sites.namespace(), "data");

    @BeforeEach
    void makeClaim() {
        make(sites.primary(), "data");
        sites.primary().files("data").write("one", "1, and something more to be of some size");
    }

    static void make(StandInSite site, String claim) {
        site.namespace().create(Manifests.claim(claim));
        VolSyncScene.awaitBound(site, claim);
    }

    @AfterEach
    void close() {
        sites.close();
    }

    /** All files of the claim and of all snapshots. */
    List<String> everywhere(StandInSite site) {
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

    /** The newest snapshot that the standby knows of. */
    String image() {
        return replicator.status(data).recoveryPoint().image();
    }

    /** Until the sync that VolSync runs by itself at first has come through. */
    void awaitFirstSync() {
        VolSyncScene.patiently(() -> !image().isEmpty() && Sender.isIdle(sender()));
        VolSyncScene.patiently(() -> sites.standby().isListening("rd-data"));
    }

    /** A sync by schedule, until it has come through. */
    void syncBySchedule() {
        String before = image();
        sites.primary().scheduleIsDue("rs-data");
        VolSyncScene.patiently(() -> !image().equals(before) && Sender.isIdle(sender()));
        VolSyncScene.patiently(() -> sites.standby().isListening("rd-data"));
    }

    @Nullable VolumeSnapshot snapshot(String name) {
        return sites.standby()
                .own()
                .resources(VolumeSnapshot.class)
                .inNamespace(data.namespace())
                .withName(name)
                .get();
    }

    boolean snapshotExists(String name) {
        return snapshot(name) != null;
    }

    ReplicationSource sender() {
        return sites.primary()
                .own()
                .resources(ReplicationSource.class)
                .inNamespace(data.namespace())
                .withName("rs-data")
                .get();
    }
}
