package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Duration;
import java.util.List;

/** The loss of the primary, and what it cost: RPO and RTO, measured. */
final class Failover {

    private final EtcdServer primaryServer;
    private final KeyStore standby;
    private final DrKitProcess mirror;
    private final Writers writers;

    private long lostAt;
    private Duration downtime = Duration.ZERO;
    private Writers.Toll toll = new Writers.Toll(0, Duration.ZERO, false);

    Failover(EtcdServer primaryServer, KeyStore standby, DrKitProcess mirror, Writers writers) {
        this.primaryServer = primaryServer;
        this.standby = standby;
        this.mirror = mirror;
        this.writers = writers;
    }

    String losePrimary() throws InterruptedException {
        writers.awaitMore(200);
        lostAt = System.nanoTime();
        primaryServer.kill();
        return "gone after " + writers.acknowledged() + " acknowledged writes";
    }

    /** Promotes at once: no mirror's write lands after it, so nothing has to be waited for. */
    String promote() throws InterruptedException {
        SiteRole role = Site.at(standby).promote();
        Bytes key = Bytes.utf8("/registry/configmaps/demo/first-write-after-failover");
        Bytes value = Bytes.utf8("epoch " + role.epoch());
        CommitResult result = standby.commit(new Transaction(List.of(), List.of(Operation.put(key, value))));
        KeyValue read = standby.read(List.of(key)).get(key);
        downtime = Duration.ofNanos(System.nanoTime() - lostAt);
        verify(
                result instanceof CommitResult.Committed
                        && read != null
                        && read.value().equals(value),
                "the promoted standby does not take writes");
        verify(role.role() == Role.PRIMARY, "the standby is still " + role);
        return role + ", answers reads and writes";
    }

    String judge() throws InterruptedException {
        mirror.terminate();
        mirror.awaitExit(20);
        writers.stop();
        toll = writers.judge(standby, lostAt);
        verify(toll.whole(), "the standby holds a write in part");
        return toll.missing() == 0
                ? "all " + writers.acknowledged() + " acknowledged writes are there, none in part"
                : toll.missing() + " of " + writers.acknowledged()
                        + " acknowledged writes are lost, none is there in part";
    }

    void report(Teller teller) {
        teller.title("Report");
        teller.figure(
                "RPO",
                toll.missing() == 0
                        ? "@|bold 0 s|@: 0 lost writes"
                        : String.format(
                                "@|bold %.3f s|@: the age of the oldest of %d lost writes when the primary was killed",
                                toll.age().toNanos() / 1e9, toll.missing()));
        teller.figure(
                "RTO",
                String.format(
                        "@|bold %.3f s|@: from the kill until the promoted standby answered reads and writes",
                        downtime.toNanos() / 1e9));
        teller.figure("", "(deciding that the primary is lost, and starting the control plane, come on top)");
        teller.figure("Writes acknowledged", Integer.toString(writers.acknowledged()));
        teller.say("");
    }
}
