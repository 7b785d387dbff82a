package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.DrException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A primary and a standby of three members each, which die and come back one after the other. */
class ClusterTest extends OnRealEtcd {

    @Override
    EtcdServerBuilder server() {
        return super.server().members(3);
    }

    @Test
    void goes_on_whichever_member_dies_on_either_side() throws Exception {
        primary().load(100);
        AtomicBoolean writing = new AtomicBoolean(true);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            Future<?> load = other.submit(() -> {
                for (int i = 0; writing.get(); i++) {
                    try {
                        primary().put(Side.key(i % 100), "load" + i);
                    } catch (DrException e) {
                        // A leader is missing, or an answer; the next one will do.
                    }
                }
            });
            for (int member = 0; member < 3; member++) {
                primary().server().kill(member);
                Pair.caughtUp(session);
                standby().server().kill(member);
                Pair.caughtUp(session);
                primary().server().start(member);
                standby().server().start(member);
                Pair.caughtUp(session);
            }
            writing.set(false);
            load.get(30, TimeUnit.SECONDS);
            Pair.caughtUp(session);
            Pair.await(session, State.STREAMING);
            pair().assertEqual();
            assertThat(standby().setAside()).isEmpty();
            assertThat(session.status().strangers()).isZero();
        } finally {
            writing.set(false);
            other.shutdownNow();
        }
    }

    @Test
    void a_member_that_falls_silent_is_waited_for_once_not_each_time() {
        List<String> endpoints = primary().server().endpoints();
        try (SeveredLink link = SeveredLink.to("127.0.0.1", primary().server().port(1));
                EtcdKeyStore store = EtcdKeyStore.connect(
                        EtcdConnection.to(endpoints.get(0), "http://127.0.0.1:" + link.port(), endpoints.get(2))
                                .deadline(Duration.ofSeconds(4))
                                .build())) {
            store.status();
            link.silence();
            store.status();
            long began = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                store.status();
            }
            // Waiting for half a deadline each time would take twenty.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        }
    }
}
