package io.drkit.examples;

import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.volsync.VolSyncOptions;
import io.drkit.volsync.VolSyncPvcReplicator;
import io.drkit.volsync.VolSyncSite;
import io.drkit.volume.ClaimProgress;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.SwitchoverOptions;
import io.drkit.volume.SwitchoverReport;
import io.drkit.workload.Claims;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;

/** What the README shows of volumes, so that it compiles and is tested. */
final class ReadmeVolumesExample {

    private ReadmeVolumesExample() {}

    static SwitchoverReport protectAndMigrate(Path primary, Path standby, Claims claims) {
        // README: from here
        try (KubernetesClient here = KubernetesConnection.by(primary).build().open();
                KubernetesClient there =
                        KubernetesConnection.by(standby).build().open()) {
            PvcReplicator replicator = new VolSyncPvcReplicator(
                    VolSyncSite.at("primary", here).build(),
                    VolSyncSite.at("standby", there).build(),
                    VolSyncOptions.builder().schedule("*/15 * * * *").build());
            PvcSwitchover volumes = new PvcSwitchover(
                    replicator,
                    new KubernetesQuiescer(here),
                    new KubernetesQuiescer(there),
                    SwitchoverOptions.DEFAULTS,
                    ClaimProgress.NONE);
            volumes.protect(claims);
            return volumes.migrate(claims);
        }
        // README: to here
    }
}
