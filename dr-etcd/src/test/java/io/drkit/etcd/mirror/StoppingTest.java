package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdPair;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Whatever the mirror is doing, it ends when told to, frees the lock and leaves its checkpoint. */
class StoppingTest extends OnRealEtcd {

    private static final Bytes CHECKPOINT = DrKitKeys.checkpoint("default");

    @Override
    EtcdServerBuilder standbyServer() {
        return super.standbyServer().quotaBytes(16L << 20);
    }

    @Test
    void while_it_cannot_reach_a_site() throws Exception {
        try (SeveredLink link = SeveredLink.to("127.0.0.1", primary().server().port(0));
                EtcdPair connections = EtcdPair.connect(
                        EtcdConnection.to("http://127.0.0.1:" + link.port()).build(),
                        EtcdConnection.to(standby().server().endpoint(0)).build())) {
            link.silence();
            MirrorSession session = connections.mirror().start(Side.SCOPE);
            assertThat(session.status().state()).isEqualTo(State.STARTING);
            closesSoon(session);
            link.heal();
            session = connections.mirror().start(Side.SCOPE);
            Pair.caughtUp(session);
            link.cut();
            Pair.await(session, State.RECONNECTING);
            closesSoon(session);
        }
    }

    @Test
    void while_it_waits_for_the_lock() throws Exception {
        try (MirrorSession first = pair().mirror()) {
            Pair.caughtUp(first);
            MirrorSession second = pair().mirror();
            Pair.await(second, State.WAITING_FOR_LOCK);
            closesSoon(second);
            assertThat(standby().isLocked()).as("by the first").isTrue();
        }
        assertThat(standby().isLocked()).isFalse();
    }

    @Test
    void while_it_copies_and_goes_on_from_there() throws Exception {
        primary().load(1_000);
        CountDownLatch copying = new CountDownLatch(30);
        FaultyKeyStore from = new FaultyKeyStore(primary().store(), (moment, call) -> {
            if (call.equals("range")) {
                copying.countDown();
            }
        });
        MirrorSession session = new DefaultKeyMirror(
                        from, standby().store(), Pair.options().pageSize(10).build())
                .start(Side.SCOPE);
        assertThat(copying.await(30, TimeUnit.SECONDS)).isTrue();
        Pair.await(session, State.COPYING);
        closesSoon(session);
        assertThat(checkpoint().isComplete()).isFalse();
        int half = standby().content().size();
        assertThat(half).isBetween(10, 999);
        try (MirrorSession again = pair().mirror()) {
            Pair.caughtUp(again);
            assertThat(again.status().appliedKeys()).as("does not begin anew").isEqualTo(1_000L - half);
        }
        pair().assertEqual();
    }

    @Test
    void while_it_streams() throws Exception {
        primary().load(100);
        MirrorSession session = pair().mirror();
        Pair.caughtUp(session);
        long revision = primary().put(Side.key(1), "changed");
        Pair.caughtUp(session);
        closesSoon(session);
        assertThat(checkpoint().isComplete()).isTrue();
        assertThat(checkpoint().revision()).isGreaterThanOrEqualTo(revision);
        assertThat(standby().isLocked()).isFalse();
    }

    @Test
    void while_the_standby_is_full() throws Exception {
        primary().load(10);
        MirrorSession session = pair().mirror();
        Pair.caughtUp(session);
        Awaitility.await()
                .atMost(Pair.SOON)
                .pollInterval(5, TimeUnit.MILLISECONDS)
                .until(() -> {
                    primary().put("/registry/large", System.nanoTime() + "x".repeat(800_000));
                    return session.status().state() == State.STANDBY_FULL;
                });
        closesSoon(session);
        assertThat(checkpoint().isComplete()).isTrue();
        // So that it need not take all of them once more.
        primary().compact();
        standby().compact();
        standby().server().etcdctl("defrag");
        standby().server().etcdctl("alarm", "disarm");
        pair().once();
        pair().assertEqual();
    }

    @Test
    void by_sigterm() throws Exception {
        primary().load(100);
        Process program = MirrorProgram.start(pair());
        try {
            Awaitility.await().atMost(Pair.SOON).until(() -> standby().content().size() == 100);
            program.destroy();
            assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            program.destroyForcibly();
        }
        assertThat(standby().isLocked()).isFalse();
        pair().assertEqual();
    }

    @Test
    void leaves_no_thread_behind() throws Exception {
        long before = threads();
        for (int i = 0; i < 5; i++) {
            pair().once();
        }
        Awaitility.await().atMost(Pair.SOON).until(() -> threads() <= before);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("drkit"))
                .count();
    }

    private static void closesSoon(MirrorSession session) throws InterruptedException {
        Thread closer = new Thread(session::close);
        closer.start();
        closer.join(20_000);
        assertThat(closer.isAlive()).as("still closing").isFalse();
        assertThat(session.status().state()).isEqualTo(State.STOPPED);
    }

    private Checkpoint checkpoint() {
        return Checkpoint.parse(Objects.requireNonNull(
                        standby().store().read(List.of(CHECKPOINT)).get(CHECKPOINT))
                .value());
    }
}
