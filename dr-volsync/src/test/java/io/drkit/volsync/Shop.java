package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drkit.testkit.workload.Manifests;
import io.drkit.workload.Claims;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;

/** An application that writes all the time to two claims, on two sites: it runs at the primary, and is at zero at the standby. */
final class Shop implements AutoCloseable {

    static final String DEPLOYMENT = "shop";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TwoSites sites;
    private final AcknowledgedWriter writer;

    Shop(TwoSites sites) {
        this.sites = sites;
        for (String claim : new String[] {"data", "media"}) {
            sites.primary().namespace().create(Manifests.claim(claim, "app: shop"));
            VolSyncScene.awaitBound(sites.primary(), claim);
        }
        sites.primary().namespace().create(Manifests.deployment(DEPLOYMENT, 2, "data", "media"));
        sites.standby().namespace().create(Manifests.deployment(DEPLOYMENT, 0, "data", "media"));
        writer = new AcknowledgedWriter(sites, "data", "media");
        awaitWriting();
    }

    Claims claims() {
        return Claims.labelled(sites.namespace(), "app=shop");
    }

    /** Until it has written more than it had. */
    void awaitWriting() {
        int before = writer.count();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> writer.count() > before + 10);
    }

    int acknowledged() {
        return writer.count();
    }

    void assertNothingMissingAt(StandInSite site) {
        assertThat(writer.missingAt(site)).isEmpty();
    }

    /** What was acknowledged before a moment is there. */
    void assertNothingMissingAt(StandInSite site, String claim, Instant before) {
        SortedMap<Long, Instant> missing = writer.missingAt(site, claim);
        missing.values().removeIf(at -> !at.isBefore(before));
        assertThat(missing).isEmpty();
    }

    void assertRunsOnlyAt(StandInSite site) {
        assertThat(site.namespace().replicas("Deployment", DEPLOYMENT)).isEqualTo(2);
        assertThat(sites.other(site).namespace().replicas("Deployment", DEPLOYMENT))
                .isZero();
        awaitWriting();
    }

    /** Stops it, and waits until nothing is written any more. */
    void stop() {
        writer.close();
    }

    @Override
    public void close() {
        writer.close();
    }
}
