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

    ReplicationSource sender() {
        return sites.primary()
                .own()
                .resources(ReplicationSource.class)
                .inNamespace(data.namespace())
                .withName("rs-data")
                .get();
    }
}
