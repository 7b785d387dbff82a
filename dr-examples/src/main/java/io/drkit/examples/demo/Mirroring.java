package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Checkpoint;
import java.time.Duration;
import java.util.List;

/** The mirror from the primary to the standby: a process that comes and goes, and what it has brought. */
final class Mirroring {

    static final MirrorScope SCOPE = MirrorScope.all();

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Bytes CHECKPOINT = DrKitKeys.checkpoint("default");

    private final Stage stage;
    private final Opened opened;
    private final KeyStore primary;
    private final KeyStore standby;
    private DrKitProcess process;

    /** Starts one. */
    Mirroring(Stage stage, Opened opened) {
        this.stage = stage;
        this.opened = opened;
        primary = opened.add(stage.primary().connect());
        standby = opened.add(stage.standby().connect());
        process = another();
    }

    /** Another process that mirrors, or tries to. */
    DrKitProcess another() {
        return opened.add(
                DrKitProcess.start("mirror", "--config", stage.config().toString(), "--scope", "all"));
    }

    KeyStore primary() {
        return primary;
    }

    KeyStore standby() {
        return standby;
    }

    DrKitProcess process() {
        return process;
    }

    void kill() throws InterruptedException {
        process.kill();
    }

    void startAgain() {
        process = another();
    }

    /** The primary's revision that the standby has, asked on the standby itself: also while its cable is cut. */
    long reached() {
        String recorded = stage.standby().etcd().etcdctl("get", "--print-value-only", CHECKPOINT.utf8());
        return Checkpoint.parse(Bytes.utf8(recorded.strip())).revision();
    }

    /** Until the standby holds all that the primary holds in scope now. */
    void awaitReached() throws InterruptedException {
        // A write in scope of our own, so that there is a revision to wait for even where nobody writes.
        Bytes marker = Bytes.utf8("/registry/configmaps/demo/marker");
        Bytes now = Bytes.utf8(Long.toString(primary.status().revision()));
        primary.commit(new Transaction(List.of(), List.of(Operation.put(marker, now))));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            KeyValue arrived = standby.read(List.of(marker)).get(marker);
            if (arrived != null && arrived.value().equals(now)) {
                return;
            }
            verify(process.isAlive(), "the mirror ended: " + process.log());
            verify(System.nanoTime() < deadline, "the standby did not catch up within a minute: " + process.log());
            Thread.sleep(20);
        }
    }

    /** Until nothing moves that was under way; returns the revision where it rests. */
    long awaitStill() throws InterruptedException {
        for (long before = -1, now = reached(); ; ) {
            if (now == before) {
                return now;
            }
            Thread.sleep(300);
            before = now;
            now = reached();
        }
    }

    /** @return how many keys are equal, in words */
    static String compare(KeyStore one, KeyStore other) {
        ConsistencyReport report =
                new DefaultConsistencyChecker(one, other, CheckerOptions.DEFAULT).check(SCOPE, Level.VALUES);
        verify(report.isConsistent(), "the two sites differ: " + report);
        return report.comparison().compared() + " keys equal, byte for byte";
    }
}
