package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whether the fixture behaves as VolSync does: one that lies is worse than none. */
class StandInVolSyncTest {

    private final TwoSites sites = TwoSites.start();
    private final VolSyncScene scene = new VolSyncScene(sites);

    @AfterEach
    void close() {
        sites.close();
    }

    @Test
    void a_push_makes_the_destination_equal_and_keeps_it_as_a_snapshot() {
        scene.claims();
        sites.primary().files("data").write("a/one", "1");
        sites.primary().files("data").write("two", "2");
        sites.standby().files("data").write("surplus", "x");
        scene.push(scene.listen("LoadBalancer", "Snapshot"), 8000, "Snapshot", "m1");
        long begin = System.nanoTime();
        scene.awaitSynced("m1");
        System.out.println("first " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        assertThat(sites.standby().files("data").read())
                .isEqualTo(sites.primary().files("data").read());
        assertThat(sites.standby().filesOfSnapshot(scene.latestImage()).read()).containsOnlyKeys("a/one", "two");
        begin = System.nanoTime();
        scene.trigger("m2");
        scene.awaitSynced("m2");
        System.out.println("second " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        System.out.println(scene.source("status"));
        System.out.println(scene.destination("status"));
    }
}
