package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.testkit.workload.Manifests;
import io.drkit.volume.ClaimProgress;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.ReplicationPhase;
import io.drkit.volume.ReplicationStatus;
import io.drkit.volume.SwitchoverOptions;
import io.drkit.volume.SwitchoverReport;
import io.drkit.workload.Claims;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many claims in one run: all of them get there, so many at a time and no more, and it is told how far it has come. */
class ManyClaimsTest {

    private static final int PARALLEL = 8;

    private final TwoSites sites = TwoSites.start();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final AtomicInteger threads = new AtomicInteger();

    @AfterEach
    void close() {
        sites.close();
    }

    @Test
    void twenty_claims() throws Exception {
        moved(20);
    }

    /** Some three minutes, most of it for the stand-ins to make the claims. */
    @Test
    @Tag("soak")
    void two_hundred_claims() throws Exception {
        moved(200);
    }

    /** Not by the common pool: the Kubernetes client ends its calls there, so that on few processors they would wait for themselves. */
    private void make(int count) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(PARALLEL);
        try {
            List<Callable<Void>> claims =
                    IntStream.range(0, count).mapToObj(this::making).toList();
            for (Future<Void> made : threads.invokeAll(claims)) {
                made.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Callable<Void> making(int i) {
        return () -> {
            sites.primary().namespace().create(Manifests.claim("data-" + i, "app: many"));
            VolSyncScene.awaitBound(sites.primary(), "data-" + i);
            sites.primary().files("data-" + i).write("file", "of claim " + i);
            return null;
        };
    }

    private void moved(int count) throws Exception {
        make(count);
        ClaimProgress progress = (what, done, total) -> {
            told.add(what + " " + done + "/" + total);
            threads.accumulateAndGet(
                    (int) Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("claims-"))
                            .count(),
                    Math::max);
        };
        PvcSwitchover switchover = Replicators.switchover(
                sites,
                Replicators.quick().schedule("*/15 * * * *").build(),
                SwitchoverOptions.DEFAULTS.parallel(PARALLEL).withoutReverse(),
                progress);
        Claims all = Claims.labelled(sites.namespace(), "app=many");
        assertThat(switchover.protect(all)).hasSize(count);
        SwitchoverReport report = switchover.migrate(all);
        assertThat(report.points()).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(sites.standby().files("data-" + i).read()).containsEntry("file", "of claim " + i);
        }
        assertThat(switchover.status(all).values())
                .extracting(ReplicationStatus::phase)
                .containsOnly(ReplicationPhase.SWITCHED);
        assertThat(told)
                .contains(
                        "protecting " + count + "/" + count,
                        "final sync 1/" + count,
                        "handing over " + count + "/" + count);
        assertThat(threads.get()).isBetween(2, PARALLEL);
    }
}
