package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.Level;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.mirror.SkippedKey;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A standby that takes less than the primary: less in all, or less at a time. */
class StandbyLimitsTest extends OnRealEtcd {

    private static final int MIB = 1 << 20;

    /** Takes what the standby does not. */
    @Override
    EtcdServerBuilder primaryServer() {
        return super.primaryServer().flags("--max-request-bytes=4194304");
    }

    @Override
    EtcdServerBuilder standbyServer() {
        return super.standbyServer().quotaBytes(24L * MIB).flags("--max-request-bytes=524288");
    }

    @Test
    void waits_for_space_and_goes_on_once_there_is_some() throws Exception {
        primary().load(50);
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            Awaitility.await()
                    .atMost(Pair.SOON)
                    .pollInterval(5, TimeUnit.MILLISECONDS)
                    .until(() -> {
                        primary().put("/registry/large", System.nanoTime() + "x".repeat(400_000));
                        return session.status().state() == State.STANDBY_FULL;
                    });
            assertThat(session.status().lastError().orElseThrow().message()).contains("space");
            primary().put(Side.key(1), "while it was full");
            makeSpace();
            Pair.caughtUp(session);
            assertThat(session.status().state()).isEqualTo(State.STREAMING);
        }
        pair().assertEqual();
    }

    @Test
    void waits_for_space_before_its_first_write_as_well() throws Exception {
        primary().load(50);
        fill();
        try (MirrorSession session = pair().mirror()) {
            Pair.await(session, State.STANDBY_FULL);
            makeSpace();
            Pair.caughtUp(session);
        }
        pair().assertEqual();
    }

    /** Someone else fills the standby, out of scope, until it takes no more. */
    private void fill() {
        Operation put = Operation.put(Bytes.utf8("/elsewhere"), Bytes.wrap(new byte[400_000]));
        Transaction transaction = new Transaction(List.of(), List.of(put));
        while (standby().store().commit(transaction) instanceof CommitResult.Committed) {
            // More.
        }
    }

    private void makeSpace() {
        standby().compact();
        standby().server().etcdctl("defrag");
        standby().server().etcdctl("alarm", "disarm");
    }

    @Test
    void names_a_value_that_the_standby_does_not_take_and_goes_on_with_the_rest() throws Exception {
        primary().load(50);
        primary().put("/registry/copied-too-large", "x".repeat(MIB));
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            primary().put("/registry/too-large", "x".repeat(3 * MIB));
            primary().put(Side.key(1), "the rest goes on");
            Pair.caughtUp(session);
            assertThat(session.status().skipped()).isEqualTo(2);
            assertThat(session.status().skippedSample())
                    .extracting(SkippedKey::key)
                    .containsExactly(Bytes.utf8("/registry/copied-too-large"), Bytes.utf8("/registry/too-large"));
            assertOnlyDifferenceIsSkipped(2);
            primary().put("/registry/too-large", "smaller");
            Pair.caughtUp(session);
            assertThat(session.status().skipped()).isEqualTo(1);
        }
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            assertThat(session.status().skipped()).as("remembered").isEqualTo(1);
            primary().delete("/registry/copied-too-large");
            Pair.caughtUp(session);
            Awaitility.await()
                    .atMost(10, TimeUnit.SECONDS)
                    .until(() -> session.status().skipped() == 0);
        }
        pair().assertEqual();
    }

    private void assertOnlyDifferenceIsSkipped(int count) {
        ConsistencyReport report = pair().checker().check(Side.SCOPE, Level.VALUES);
        assertThat(report.isConsistent()).isFalse();
        assertThat(report.comparison().total().missed()).isEqualTo(count);
        assertThat(report.comparison().total().sum()).isEqualTo(count);
        assertThat(report.comparison().sample())
                .hasSize(count)
                .allMatch(difference -> difference.why().isPresent());
    }
}
