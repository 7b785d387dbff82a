package io.drkit.volsync;

import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.volume.ClaimProgress;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.SwitchoverOptions;
import java.time.Clock;
import java.time.Duration;

/** What is under test, between two sites where VolSync is played. */
final class Replicators {

    private static final Duration POLL = Duration.ofMillis(20);

    private Replicators() {}

    /** Options that look often and do not wait long. */
    static VolSyncOptions.Builder quick() {
        return VolSyncOptions.builder()
                .poll(POLL)
                .setUpTimeout(Duration.ofSeconds(20))
                .syncTimeout(Duration.ofSeconds(30));
    }

    static PvcReplicator of(TwoSites sites, VolSyncOptions options) {
        return new VolSyncPvcReplicator(site(sites.primary()), site(sites.standby()), options);
    }

    static PvcSwitchover switchover(TwoSites sites, VolSyncOptions options) {
        return switchover(
                sites, options, SwitchoverOptions.DEFAULTS.quiesceTimeout(Duration.ofSeconds(30)), ClaimProgress.NONE);
    }

    static PvcSwitchover switchover(
            TwoSites sites, VolSyncOptions options, SwitchoverOptions how, ClaimProgress progress) {
        return new PvcSwitchover(
                of(sites, options), quiescer(sites.primary()), quiescer(sites.standby()), how, progress);
    }

    private static VolSyncSite site(StandInSite site) {
        return VolSyncSite.at(site.name(), site.client()).build();
    }

    private static KubernetesQuiescer quiescer(StandInSite site) {
        return new KubernetesQuiescer(site.client(), Clock.systemUTC(), POLL);
    }
}
