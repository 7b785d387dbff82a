package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.CommitResult;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.site.Site;
import io.drkit.testkit.FaultyKeyStore;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** One writer: of several mirrors one works, and none once the standby was promoted. */
class TwoMirrorsTest extends OnRealEtcd {

    @Test
    void the_second_waits_and_takes_over_when_the_first_is_closed() throws Exception {
        primary().load(50);
        try (MirrorSession first = pair().mirror()) {
            Pair.caughtUp(first);
            try (MirrorSession second = pair().mirror()) {
                Pair.await(second, State.WAITING_FOR_LOCK);
                primary().put(Side.key(1), "by the first");
                Pair.caughtUp(first);
                assertThat(second.status().appliedKeys()).isZero();
                first.close();
                primary().put(Side.key(2), "by the second");
                Pair.caughtUp(second);
                pair().assertEqual();
                assertThat(second.status().appliedKeys()).isEqualTo(1);
            }
        }
        assertThat(standby().isLocked()).isFalse();
    }

    @Test
    void the_second_takes_over_when_the_first_is_killed() throws Exception {
        primary().load(50);
        Process first = MirrorProgram.start(pair());
        try {
            Awaitility.await().atMost(Pair.SOON).until(() -> standby().content().size() == 50);
            try (MirrorSession second = pair().mirror()) {
                Pair.await(second, State.WAITING_FOR_LOCK);
                first.destroyForcibly().waitFor();
                primary().put(Side.key(2), "by the second");
                Pair.caughtUp(second);
                pair().assertEqual();
            }
        } finally {
            first.destroyForcibly();
        }
    }

    @Test
    void nothing_lands_after_a_promotion() throws Exception {
        primary().load(100);
        AtomicBoolean writing = new AtomicBoolean(true);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (MirrorSession session = pair().mirror()) {
            Future<?> load = other.submit(() -> {
                for (int i = 0; writing.get(); i++) {
                    primary().put(Side.key(i % 100), "load" + i);
                }
            });
            Pair.caughtUp(session);
            Site.at(standby().store()).promote();
            long written = standby().newestWrite();
            SortedMap<String, String> then = standby().content();
            assertThatThrownBy(() -> session.awaitEnd(Pair.SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("promoted");
            assertThat(session.status().state()).isEqualTo(State.REFUSED);
            writing.set(false);
            load.get(30, TimeUnit.SECONDS);
            assertThat(standby().newestWrite()).isEqualTo(written);
            assertThat(standby().content()).isEqualTo(then);
        } finally {
            writing.set(false);
            other.shutdownNow();
        }
        pair().refuses("demote");
    }

    @Test
    void a_delayed_duplicate_of_an_old_transaction_fails() throws Exception {
        primary().load(10);
        FaultyKeyStore to = new FaultyKeyStore(standby().store(), (moment, call) -> {});
        try (MirrorSession session =
                new DefaultKeyMirror(primary().store(), to, Pair.options().build()).start(Side.SCOPE)) {
            Pair.caughtUp(session);
            primary().put(Side.key(1), "x");
            Pair.caughtUp(session);
            assertThat(to.replayLast()).isInstanceOf(CommitResult.GuardFailed.class);
            primary().delete(Side.key(1));
            Pair.caughtUp(session);
        }
        assertThat(to.replayLast()).isInstanceOf(CommitResult.GuardFailed.class);
        pair().assertEqual();
    }
}
