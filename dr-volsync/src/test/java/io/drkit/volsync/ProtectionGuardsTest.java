package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.volume.PvcReplicator;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.SwitchoverReport;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Protecting, syncing and recording lose nothing that a claim held, and state no more than is known. */
class ProtectionGuardsTest extends OneClaim {

    @Test
    void migrate_after_failover_then_failback_keeps_what_the_old_source_never_synced() {
        switchover.protect(named);
        switchover.sync(named);
        sites.primary().files("data").write("late", "acknowledged, never synced");
        sites.primary().goDown();
        switchover.failover(named);
        sites.primary().comeBack();
        SwitchoverReport again = switchover.migrate(named);
        replicator.reversed().sync(data);
        assertThat(everywhere(sites.primary())).contains("late");
        assertThat(again.lossless()).isFalse();
    }

    @Test
    void a_claim_that_drkit_made_and_that_was_active_is_kept_when_protected_anew() {
        replicator.protect(data);
        replicator.sync(data);
        replicator.handOver(data);
        replicator.reversed().protect(data);
        replicator.reversed().unprotect(data);
        sites.standby().files("data").write("month", "written at the standby, which is active");
        replicator.protect(data);
        replicator.sync(data);
        assertThat(everywhere(sites.standby())).contains("month");
    }

    @Test
    void a_differing_key_is_refused_before_the_receiver_and_its_snapshot_are_deleted() {
        VolSyncScene.secret(sites.primary(), VolSyncScene.KEY);
        PvcReplicator keyed = Replicators.of(
                sites, Replicators.quick().schedule(SCHEDULE).keySecret("psk").build());
        keyed.protect(data);
        VolSyncScene.patiently(() -> !keyed.status(data).recoveryPoint().image().isEmpty());
        VolSyncScene.secret(sites.primary(), VolSyncScene.KEY.replace("00", "11"));
        VolSyncScene.secret(sites.standby(), VolSyncScene.KEY);
        // The standby's is not ours, as when the user rotates both by hand, one after the other.
        sites.standby()
                .own()
                .secrets()
                .inNamespace(data.namespace())
                .withName("psk")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"labels\":{\"app.kubernetes.io/managed-by\":null}}}");
        assertThatThrownBy(() -> keyed.protect(data)).hasMessageContaining("DrKit did not make it");
        sites.primary().goDown();
        keyed.restore(data, "");
    }

    /** VolSync's source mover ends before the destination's has flushed: an older snapshot is recorded with the newer time. */
    @Test
    void a_receiver_that_still_flushes_is_not_settled() throws Exception {
        replicator.protect(data);
        RecoveryPoint first = replicator.sync(data);
        sites.standby().stopOperator();
        Instant written = Instant.now();
        sites.primary().files("data").write("two", "2");
        // Of a start is known that it was up to two seconds later than told: so a wrong one is after the write too.
        Thread.sleep(2_100);
        VolSyncScene.patiently(() -> sites.standby().isListening("rd-data"));
        Instant last = Sender.lastStart(sender());
        sites.primary().scheduleIsDue("rs-data");
        VolSyncScene.patiently(() -> !Objects.equals(Sender.lastStart(sender()), last));
        // As it is in server.sh for 1 s and as long as its sync takes: the control file has come, and the job has not
        // succeeded yet.
        sites.standby()
                .own()
                .batch()
                .v1()
                .jobs()
                .inNamespace(data.namespace())
                .withName("volsync-rsync-tls-dst-rd-data")
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"succeeded\":null}}");
        RecoveryPoint recorded = replicator.record(data, Map.of()).orElseThrow();
        assertThat(sites.standby().filesOfSnapshot(recorded.image()).read()).doesNotContainKey("two");
        assertThat(recorded.image()).isEqualTo(first.image());
        assertThat(recorded.asOf()).isBetween(first.asOf(), written);
    }

    @Test
    void syncs_come_through_while_another_process_records() throws Exception {
        replicator.protect(data);
        replicator.sync(data);
        AtomicBoolean end = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(() -> {
                while (!end.get()) {
                    try {
                        replicator.record(data, Map.of());
                    } catch (RuntimeException e) {
                        System.err.println("record: " + e.getMessage());
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        try {
            for (int i = 0; i < 12; i++) {
                replicator.sync(data);
            }
        } finally {
            end.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @Test
    void what_came_after_a_first_try_to_protect_is_kept_too() {
        make(sites.standby(), "data");
        sites.standby().files("data").write("precious", "1");
        sites.standby().withholdAddresses();
        assertThatThrownBy(() -> replicator.protect(data)).hasMessageContaining("load balancer");
        sites.standby().files("data").write("precious2", "written by the application meanwhile");
        sites.standby().grantAddresses();
        replicator.protect(data);
        replicator.sync(data);
        assertThat(everywhere(sites.standby())).contains("precious", "precious2");
    }
}
