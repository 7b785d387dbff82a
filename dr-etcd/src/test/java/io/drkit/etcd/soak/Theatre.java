package io.drkit.etcd.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.DrException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.KeyDifference;
import io.drkit.consistency.Level;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult.Committed;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Checkpoint;
import io.drkit.testkit.etcd.EtcdServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/** Two sites and a mirror between them: a storm, then a calm in which everything must be as it should, and again. */
final class Theatre implements AutoCloseable {

    /** Far more than anything should take once there are no faults. */
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Heap and direct memory at their limits, and the JVM itself. */
    private static final long RESIDENT_MEBIBYTES = 300;

    private final Random random;
    private final TestSite primary;
    private final TestSite standby;
    private final MirrorProcess mirror;
    private final Storm storm;
    private final Oracle oracle = new Oracle();
    private final AtomicLong writes = new AtomicLong();
    private long largest;
    private int calms;

    /** @param members of the primary */
    Theatre(int members, Random random, Path log) {
        this.random = random;
        this.primary =
                TestSite.start("primary", EtcdServer.builder().members(members).flags("--max-txn-ops=1000"));
        // Leases that expire soon after a kill.
        this.standby = TestSite.start(
                "standby", EtcdServer.builder().flags("--heartbeat-interval=50", "--election-timeout=500"));
        this.mirror = new MirrorProcess(log, primary.linked(), standby.linked());
        this.storm = new Storm(random, Fault.all(primary, standby, mirror));
        mirror.start();
    }

    void play(Duration duration) throws InterruptedException {
        try (Writers writers = new Writers(primary.store(), standby.store(), random, writes)) {
            storm.rage(duration);
            // It gets over the faults while others go on writing.
            awaitLevel();
        }
        storm.tell("calm");
        mirror.requireRunning();
        commit(primary.store(), Writers.settlement("settled " + calms));
        awaitLevel();
        judge();
        assertOnlyStrangersDiffer();
        commit(standby.store(), Writers.withdrawal());
        Awaitility.await().atMost(SOON).until(() -> check().isConsistent());
        mirror.requireRunning();
        largest = Math.max(largest, mirror.residentMebibytes());
        assertThat(largest).as("MiB that the mirror has").isLessThan(RESIDENT_MEBIBYTES);
        assertThat(mirror.signsOfALeak()).isEmpty();
        storm.tell("all is well");
        calms++;
    }

    /** Waits for a checkpoint that is complete and holds all that was written. */
    private void awaitLevel() {
        long newest = primary.store().revision();
        Awaitility.await()
                .atMost(SOON)
                .ignoreExceptionsInstanceOf(DrException.class)
                .until(() -> {
                    mirror.requireRunning();
                    KeyValue stored =
                            standby.store().read(List.of(Oracle.CHECKPOINT)).get(Oracle.CHECKPOINT);
                    Checkpoint now = stored == null ? null : Checkpoint.parse(stored.value());
                    return now != null && now.isComplete() && now.revision() >= newest;
                });
    }

    private void judge() throws InterruptedException {
        var standbys = standby.recording().take(standby.store().revision(), SOON);
        var primarys = primary.recording().take(primary.store().revision(), SOON);
        oracle.judge(primarys, standbys);
    }

    private void assertOnlyStrangersDiffer() {
        List<ConsistencyReport> reports = new ArrayList<>();
        Awaitility.await().atMost(SOON).until(() -> {
            reports.add(check());
            return !(reports.get(reports.size() - 1) instanceof ConsistencyReport.Inconclusive);
        });
        ConsistencyReport report = reports.get(reports.size() - 1);
        assertThat(report.comparison().sample())
                .allMatch(difference -> difference.kind() == KeyDifference.Kind.SURPLUS)
                .extracting(difference -> difference.key().printable())
                .containsExactlyInAnyOrderElementsOf(
                        oracle.surplus().stream().map(Bytes::printable).toList());
    }

    private ConsistencyReport check() {
        return new DefaultConsistencyChecker(primary.store(), standby.store(), CheckerOptions.DEFAULT)
                .check(MirrorScope.all(), Level.VALUES);
    }

    private static void commit(KeyStore store, List<Operation> operations) {
        Awaitility.await()
                .atMost(SOON)
                .ignoreExceptionsInstanceOf(DrException.class)
                .until(() -> store.commit(new Transaction(List.of(), operations)) instanceof Committed);
    }

    /** The mirror ends when it is asked to. */
    void end() {
        mirror.stop();
    }

    String story() {
        return String.join("\n", storm.story()) + "\nthe mirror's log ends:\n" + mirror.logTail();
    }

    String figures() {
        return storm.counts().values().stream().mapToInt(Integer::intValue).sum() + " faults " + storm.counts()
                + ", " + writes + " writes, " + oracle.compared() + " checkpoints compared, " + calms
                + " calms, " + oracle.setAside() + " strangers' values found in quarantine, mirror's memory "
                + largest + " MiB at most";
    }

    @Override
    public void close() {
        mirror.close();
        primary.close();
        standby.close();
    }
}
