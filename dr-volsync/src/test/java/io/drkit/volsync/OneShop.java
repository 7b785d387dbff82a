package io.drkit.volsync;

import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.volume.Claim;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.PvcSwitchover;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** An application that writes to two claims, on two sites where VolSync is played, and what moves it. */
abstract class OneShop {

    final TwoSites sites = TwoSites.start();
    final Shop shop = new Shop(sites);
    final VolSyncOptions options;
    final PvcReplicator replicator;
    final PvcSwitchover switchover;
    final KubernetesQuiescer source =
            new KubernetesQuiescer(sites.primary().client(), Clock.systemUTC(), Duration.ofMillis(10));

    OneShop(VolSyncOptions.Builder options) {
        this.options = options.schedule("*/15 * * * *").build();
        replicator = Replicators.of(sites, this.options);
        switchover = Replicators.switchover(sites, this.options);
    }

    @AfterEach
    void close() {
        shop.close();
        sites.close();
    }

    Claim claim(String name) {
        return new Claim(sites.namespace(), name);
    }
}
