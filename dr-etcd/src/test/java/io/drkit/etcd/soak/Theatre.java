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
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Two sites and a mirror between them: a storm, then a calm in which everything must be as it should, and again. */
final class Theatre implements AutoCloseable {

    /** Far more than anything should take once there are no faults. */
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Heap and direct memory at their limits, and the JVM itself. */
    private static final long RESIDENT_MEBIBYTES = 300;

    /** How many of the newest faults a failure tells of. */
    private static final int STORY = 200;

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
        this.mirror = new MirrorProcess(log, primary.linked(), standby.linked(), "all");
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
        soon().until(() -> check().isConsistent());
        mirror.requireRunning();
        largest = Math.max(largest, mirror.residentMebibytes());
        assertThat(largest).as("MiB that the mirror has").isLessThan(RESIDENT_MEBIBYTES);
        assertThat(mirror.signsOfALeak()).isEmpty();
        storm.tell("all is well");
        calms++;
    }

    /** Waits for a checkpoint that is complete and holds all that was written. */
    private void awaitLevel() {
        long newest = revision(primary);
        soon().until(() -> {
            mirror.requireRunning();
            KeyValue stored = standby.store().read(List.of(Oracle.CHECKPOINT)).get(Oracle.CHECKPOINT);
            Checkpoint now = stored == null ? null : Checkpoint.parse(stored.value());
            return now != null && now.isComplete() && now.revision() >= newest;
        });
    }

    private void judge() throws InterruptedException {
        var copy = standby.recording().take(revision(standby), SOON);
        var source = primary.recording().take(revision(primary), SOON);
        oracle.judge(source, copy);
    }

    private void assertOnlyStrangersDiffer() {
        ConsistencyReport report =
                soon().until(this::check, verdict -> !(verdict instanceof ConsistencyReport.Inconclusive));
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
        soon().until(() -> store.commit(new Transaction(List.of(), operations)) instanceof Committed);
    }

    private static long revision(TestSite site) {
        return soon().until(() -> site.store().revision(), revision -> true);
    }

    /** A cluster may still be without a leader for a while. */
    private static ConditionFactory soon() {
        return Awaitility.await().atMost(SOON).ignoreExceptionsInstanceOf(DrException.class);
    }

    /** The mirror ends when it is asked to. */
    void end() {
        mirror.stop();
        assertThat(oracle.compared()).as("checkpoints compared").isPositive();
    }

    String story() {
        List<String> story = storm.story();
        return String.join("\n", story.subList(Math.max(0, story.size() - STORY), story.size()))
                + "\nthe mirror's log ends:\n" + mirror.logTail();
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
