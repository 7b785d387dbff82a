package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.demo.Teller.BrokenPromiseException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Checkpoint;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A primary and its standby, from the first copy to the loss of the primary and beyond. */
final class Story implements AutoCloseable {

    private static final MirrorScope SCOPE = MirrorScope.all();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Teller teller;
    private final long seed;
    /** What was opened, last first. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    Story(Teller teller, long seed) {
        this.teller = teller;
        this.seed = seed;
    }

    void tell() throws Exception {
        teller.title("Two Kubernetes control planes' etcd, one to be lost");
        EtcdServer primaryServer = start("start the primary's etcd");
        EtcdServer standbyServer = start("start the standby's etcd");
        KeyStore primary = connect(primaryServer);
        KeyStore standby = connect(standbyServer);
        SeveredLink link = open(SeveredLink.to("127.0.0.1", primaryServer.port(0)));
        String[] mirrorArguments = {
            "--from", "http://" + link.host() + ":" + link.port(), "--to", standbyServer.endpoint(0), "--scope", "all"
        };

        teller.step("load what a kube-apiserver stored", () -> load(primary));
        DrKitProcess first = open(DrKitProcess.start("mirror", mirrorArguments));
        teller.step("mirror it (process " + first.pid() + ")", () -> {
            awaitEqual(primary, standby, first);
            return compare(primary, standby);
        });

        Writers writers = open(new Writers(() -> connect(primaryServer), seed));
        teller.step("change it with " + Writers.COUNT + " writers at once", () -> {
            writers.awaitMore(400);
            awaitReached(primary, standby, first);
            return writers.acknowledged() + " writes, followed at revision "
                    + checkpoint(standby).revision();
        });
        teller.step("kill -9 the mirror while it streams", () -> {
            first.kill();
            long revision = checkpoint(standby).revision();
            writers.awaitMore(200);
            verify(checkpoint(standby).revision() == revision, "the standby moved without a mirror");
            return "checkpoint stays at revision " + revision + ", the primary is at "
                    + primary.status().revision();
        });
        DrKitProcess mirror = open(DrKitProcess.start("mirror", mirrorArguments));
        teller.step("start it again (process " + mirror.pid() + ")", () -> {
            awaitReached(primary, standby, mirror);
            return "went on from its checkpoint, after the killed one's lock expired";
        });
        teller.step("cut the network to the primary", () -> {
            link.cut();
            awaitStill(standby);
            long revision = checkpoint(standby).revision();
            writers.awaitMore(300);
            verify(checkpoint(standby).revision() == revision, "the standby moved through a cut network");
            return "the mirror is " + (primary.status().revision() - revision) + " revisions behind and waits";
        });
        teller.step("heal it", () -> {
            link.heal();
            awaitReached(primary, standby, mirror);
            return "caught up by itself, at revision " + checkpoint(standby).revision();
        });
        teller.step("compare the two sides", () -> {
            writers.pause();
            awaitReached(primary, standby, mirror);
            writers.verifyAllArrived(standby);
            String verdict = compare(primary, standby);
            writers.resume();
            return verdict;
        });

        Failover failover = new Failover(primaryServer, standby, mirror, writers);
        teller.step("lose the primary: kill -9 during writes", failover::losePrimary);
        teller.step("promote the standby", failover::promote);
        teller.step("judge by the writers' own logs", failover::judge);
        teller.step("the old primary comes back", () -> {
            primaryServer.start();
            DrKitProcess late = open(DrKitProcess.start("mirror", mirrorArguments));
            int code = late.awaitExit(30);
            verify(code == ExitCodes.REFUSED, "a mirror from the old primary ended with " + code + ": " + late.log());
            return "a mirror from it is refused, with exit code " + code;
        });
        failover.report(teller);
    }

    private EtcdServer start(String what) throws Exception {
        EtcdServer[] server = new EtcdServer[1];
        teller.step(what, () -> {
            server[0] = open(EtcdServer.builder().start());
            return server[0].endpoint(0) + ", process " + server[0].pid(0);
        });
        return server[0];
    }

    private KeyStore connect(EtcdServer server) {
        return open(EtcdKeyStore.connect(EtcdConnection.to(server.endpoints())
                .deadline(Duration.ofSeconds(2))
                .build()));
    }

    private String load(KeyStore primary) {
        List<RecordedCluster.Entry> recorded = RecordedCluster.registry();
        Lease lease = open(primary.grantLease(Duration.ofMinutes(10)));
        RecordedCluster.load(primary, recorded, lease.id());
        long count = primary.count(SCOPE.range());
        verify(count == recorded.size(), "the primary holds " + count + " keys, not " + recorded.size());
        long leased = recorded.stream().filter(RecordedCluster.Entry::leased).count();
        return count + " keys, " + leased + " of them leased and so not to be mirrored";
    }

    private static String compare(KeyStore primary, KeyStore standby) {
        ConsistencyReport report =
                new DefaultConsistencyChecker(primary, standby, CheckerOptions.DEFAULT).check(SCOPE, Level.VALUES);
        verify(report.isConsistent(), "the two sides differ: " + report);
        return report.comparison().compared() + " keys equal, byte for byte: missed 0, surplus 0, changed 0";
    }

    /** Until the first copy is complete. */
    private static void awaitEqual(KeyStore primary, KeyStore standby, DrKitProcess mirror)
            throws InterruptedException {
        await(mirror, () -> isMirrored(standby));
        awaitReached(primary, standby, mirror);
    }

    private static boolean isMirrored(KeyStore standby) {
        return standby.read(List.of(DrKitKeys.checkpoint("default"))).size() == 1
                && checkpoint(standby).isComplete();
    }

    /** Until the standby holds all that the primary holds in scope now. */
    private static void awaitReached(KeyStore primary, KeyStore standby, DrKitProcess mirror)
            throws InterruptedException {
        // A write in scope of our own, so that there is a revision to wait for even where nobody writes.
        Bytes marker = Bytes.utf8("/registry/configmaps/demo/marker");
        Bytes now = Bytes.utf8(Long.toString(primary.status().revision()));
        primary.commit(new Transaction(List.of(), List.of(Operation.put(marker, now))));
        await(mirror, () -> {
            KeyValue arrived = standby.read(List.of(marker)).get(marker);
            return arrived != null && arrived.value().equals(now);
        });
    }

    /** Until nothing moves that was under way when the network was cut. */
    private static void awaitStill(KeyStore standby) throws InterruptedException {
        for (long before = -1, now = checkpoint(standby).revision(); now != before; ) {
            Thread.sleep(300);
            before = now;
            now = checkpoint(standby).revision();
        }
    }

    private static void await(DrKitProcess mirror, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            verify(mirror.isAlive(), "the mirror ended: " + mirror.log());
            verify(System.nanoTime() < deadline, "the standby did not catch up within a minute: " + mirror.log());
            Thread.sleep(20);
        }
    }

    static Checkpoint checkpoint(KeyStore standby) {
        Bytes key = DrKitKeys.checkpoint("default");
        KeyValue recorded = standby.read(List.of(key)).get(key);
        if (recorded == null) {
            throw new BrokenPromiseException("there is no checkpoint on the standby");
        }
        return Checkpoint.parse(recorded.value());
    }

    private <T extends AutoCloseable> T open(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Closes all, also where closing one fails: a server's does when the JVM is being stopped by a signal. */
    @Override
    public void close() throws Exception {
        Exception failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
