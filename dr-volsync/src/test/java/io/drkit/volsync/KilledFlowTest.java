package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.kubernetes.FaultyApi;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.RecoveryPoint;
import java.time.Instant;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The process that runs a flow ends after any of its writes, and is started again: it finishes, and nothing is lost. The end is played: from some write
 * on no request reaches a site, and the flow's threads are interrupted.
 */
class KilledFlowTest {

    private final TwoSites sites = TwoSites.start();
    private final Shop shop = new Shop(sites);
    private final PvcSwitchover switchover = Replicators.switchover(
            sites, Replicators.quick().schedule("*/15 * * * *").build());

    @AfterEach
    void close() {
        shop.close();
        sites.close();
    }

    @Test
    void setting_up_goes_on_after_any_write() {
        finishAfterEveryWrite(() -> switchover.protect(shop.claims()));
        switchover.sync(shop.claims());
        switchover.migrate(shop.claims());
        shop.assertNothingMissingAt(sites.standby());
    }

    @Test
    void a_migration_goes_on_after_any_write() {
        switchover.protect(shop.claims());
        finishAfterEveryWrite(() -> switchover.migrate(shop.claims()));
        shop.assertNothingMissingAt(sites.standby());
        shop.assertRunsOnlyAt(sites.standby());
        finishAfterEveryWrite(() -> switchover.failback(shop.claims()));
        shop.assertNothingMissingAt(sites.primary());
        shop.assertRunsOnlyAt(sites.primary());
    }

    @Test
    void a_failover_goes_on_after_any_write() {
        switchover.protect(shop.claims());
        SortedMap<String, RecoveryPoint> synced = switchover.sync(shop.claims());
        shop.awaitWriting();
        sites.primary().goDown();
        finishAfterEveryWrite(() -> switchover.failover(shop.claims()));
        for (String claim : new String[] {"data", "media"}) {
            Instant asOf = Objects.requireNonNull(
                    Objects.requireNonNull(synced.get(claim)).asOf());
            shop.assertNothingMissingAt(sites.standby(), claim, asOf);
        }
        assertThat(sites.standby().namespace().replicas("Deployment", Shop.DEPLOYMENT))
                .isEqualTo(2);
        shop.awaitWriting();
    }

    /**
     * Runs it again and again, each time ended a few writes later, until it comes through. Every one of its writes takes more than a build has time for: {@code
     * drkit.test.writes} says how many more, 1 in the soak.
     */
    private void finishAfterEveryWrite(Runnable flow) {
        int more = Integer.getInteger("drkit.test.writes", 4);
        int ends = 0;
        while (endedAfter(1 + ends * more, flow)) {
            ends++;
        }
        assertThat(ends).as("the flow was ended").isPositive();
        System.out.println("Ended " + ends + " times, and gone on each time");
    }

    private boolean endedAfter(int last, Runnable flow) {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        AtomicInteger writes = new AtomicInteger();
        Thread thread = new Thread(
                () -> {
                    try {
                        flow.run();
                    } catch (RuntimeException e) {
                        failure.set(e);
                    }
                },
                "flow to be ended");
        FaultyApi.Rule rule = (number, method, path) -> {
            if (ended.get()) {
                return FaultyApi.Fate.LOST;
            }
            if (!method.equals("GET") && writes.incrementAndGet() == last) {
                ended.set(true);
                thread.interrupt();
                return FaultyApi.Fate.ANSWER_LOST;
            }
            return FaultyApi.Fate.PASS;
        };
        sites.standby().api().rule(rule);
        if (!sites.primary().isDown()) {
            sites.primary().api().rule(rule);
        }
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            sites.standby().api().heal();
            if (!sites.primary().isDown()) {
                sites.primary().api().heal();
            }
        }
        if (!ended.get() && failure.get() != null) {
            throw new AssertionError("It was not ended, and failed", failure.get());
        }
        return ended.get();
    }
}
