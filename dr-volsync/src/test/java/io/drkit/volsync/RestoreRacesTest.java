package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.DrException;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.RecoveryPoint;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A restore beside syncs, records and other restores, and after one that was given up. */
class RestoreRacesTest extends OneClaim {

    @Test
    void a_restore_given_up_at_its_end_does_not_stand_for_the_next_restore() {
        replicator.protect(data);
        sites.primary().files("data").write("a", "old a, of some length");
        sites.primary().files("data").write("b", "old b, of some length");
        RecoveryPoint point = replicator.sync(data);
        Map<String, String> good =
                sites.standby().filesOfSnapshot(point.image()).read();
        AtomicBoolean over = new AtomicBoolean();
        sites.standby().api().rule((number, method, path) -> {
            if (method.equals("DELETE") && path.contains("rs-data-local")) {
                over.set(true);
            }
            return over.get() ? FaultyApi.Fate.LOST : FaultyApi.Fate.PASS;
        });
        assertThatThrownBy(() -> replicator.restore(data, "")).isInstanceOf(DrException.class);
        assertThat(over).isTrue();
        sites.standby().api().heal();
        // Given up: the primary is there after all.
        replicator.protect(data);
        VolSyncScene.patiently(() -> sites.standby().isListening("rd-data"));
        sites.primary().files("data").write("a", "NEW a, half of a transaction, longer than before");
        sites.primary().files("data").write("b", "NEW b, the other half, longer than before");
        Hold hold = sites.crashMidTransfer(sites.primary(), 1);
        sites.primary().scheduleIsDue("rs-data");
        hold.awaitReached();
        assertThat(replicator.restore(data, "").image()).isEqualTo(point.image());
        assertThat(sites.standby().files("data").read()).isEqualTo(good);
    }

    @Test
    void a_sync_that_comes_in_while_a_restore_begins_does_not_cost_both_snapshots() {
        replicator.protect(data);
        awaitFirstSync();
        String first = image();
        AtomicBoolean once = new AtomicBoolean();
        sites.standby().api().rule((number, method, path) -> {
            if (method.equals("PATCH") && path.contains("/volumesnapshots/") && once.compareAndSet(false, true)) {
                sites.primary().files("data").write("second", "2");
                sites.primary().scheduleIsDue("rs-data");
                VolSyncScene.patiently(() -> !snapshotExists(first));
            }
            return FaultyApi.Fate.PASS;
        });
        assertThat(replicator.restore(data, "").image()).isNotEqualTo(first);
        assertThat(once).isTrue();
        assertThat(sites.standby().files("data").read()).containsKeys("one", "second");
    }

    @Test
    void a_record_during_a_restore_does_not_delete_the_snapshot_that_was_named() {
        PvcReplicator few = Replicators.of(
                sites,
                Replicators.quick()
                        .schedule(SCHEDULE)
                        .keep(1)
                        .setUpTimeout(Duration.ofSeconds(8))
                        .build());
        few.protect(data);
        RecoveryPoint old = few.sync(data);
        sites.primary().files("data").write("bad", "corruption");
        String newest = few.sync(data).image();
        VolSyncScene.patiently(() -> sites.standby().isListening("rd-data"));
        AtomicBoolean once = new AtomicBoolean();
        sites.standby().api().rule((number, method, path) -> {
            if (method.equals("DELETE") && path.contains("rd-data") && once.compareAndSet(false, true)) {
                sites.primary().scheduleIsDue("rs-data");
                VolSyncScene.patiently(() -> !image().equals(newest) && Sender.isIdle(sender()));
                few.record(data, Map.of());
            }
            return FaultyApi.Fate.PASS;
        });
        assertThat(few.restore(data, old.image()).image()).isEqualTo(old.image());
        assertThat(once).isTrue();
        assertThat(sites.standby().files("data").read()).containsOnlyKeys("one");
    }

    @Test
    void a_failover_says_what_it_restored_though_another_to_another_snapshot_came_between() throws Exception {
        replicator.protect(data);
        RecoveryPoint old = replicator.sync(data);
        sites.primary().files("data").write("two", "2");
        RecoveryPoint newest = replicator.sync(data);
        sites.primary().goDown();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean once = new AtomicBoolean();
        sites.standby().api().rule((number, method, path) -> {
            if (method.equals("POST") && path.contains("/replicationsources") && once.compareAndSet(false, true)) {
                held.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    return FaultyApi.Fate.LOST;
                }
            }
            return FaultyApi.Fate.PASS;
        });
        CompletableFuture<RecoveryPoint> second =
                CompletableFuture.supplyAsync(() -> replicator.restore(data, newest.image()));
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        Hold hold = sites.holdTransfers(0);
        Thread first = new Thread(() ->
                assertThatThrownBy(() -> replicator.restore(data, old.image())).isInstanceOf(DrException.class));
        first.start();
        hold.awaitReached();
        first.interrupt();
        first.join();
        release.countDown();
        assertThatThrownBy(() -> second.get(60, TimeUnit.SECONDS)).hasMessageContaining("Another process");
        hold.release();
        sites.standby().api().heal();
        replicator.restore(data, newest.image());
        assertThat(sites.standby().files("data").read()).containsKeys("one", "two");
    }

    @Test
    void a_hand_over_killed_between_its_two_records_is_finished() {
        switchover.protect(named);
        replicator.sync(data);
        sites.primary()
                .api()
                .rule((number, method, path) -> method.equals("PATCH") && path.contains("/configmaps/drkit-data")
                        ? FaultyApi.Fate.LOST
                        : FaultyApi.Fate.PASS);
        assertThatThrownBy(() -> replicator.handOver(data)).isInstanceOf(DrException.class);
        sites.primary().api().heal();
        sites.cutLink();
        replicator.handOver(data);
        replicator.reversed().protect(data);
        sites.standby().goDown();
        assertThat(replicator.reversed().restore(data, "").asOf()).isNotNull();
        assertThat(sites.primary().files("data").read()).containsKey("one");
    }
}
