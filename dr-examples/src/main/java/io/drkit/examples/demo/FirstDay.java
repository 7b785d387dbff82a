package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Lease;
import java.time.Duration;
import java.util.List;

/** Disaster recovery is set up for a platform that runs. */
final class FirstDay {

    private final Stage stage;
    private final Opened opened;
    private final Teller teller;

    FirstDay(Stage stage, Opened opened, Teller teller) {
        this.stage = stage;
        this.opened = opened;
        this.teller = teller;
    }

    /** @return what mirrors from now on */
    Mirroring tell() throws InterruptedException {
        teller.step("load what a kube-apiserver stored", this::load);
        teller.step("drkit enable", () -> {
            stage.writeConfig();
            RunReport report = RunReport.of(stage, "enable", line -> {}, "--deadline", "30s");
            verify(report.done("first-mirror").isPresent(), "nothing was mirrored, see " + report.json());
            return "all that drkit.yaml names answers, and the standby is level";
        });
        Mirroring mirroring = new Mirroring(stage, opened);
        teller.step("drkit mirror", () -> {
            mirroring.awaitReached();
            return "process " + mirroring.process().pid() + " follows; "
                    + Mirroring.compare(mirroring.primary(), mirroring.standby());
        });
        return mirroring;
    }

    private String load() {
        List<RecordedCluster.Entry> recorded = RecordedCluster.registry();
        KeyStore primary = opened.add(stage.primary().connect());
        Lease lease = opened.add(primary.grantLease(Duration.ofMinutes(10)));
        RecordedCluster.load(primary, recorded, lease.id());
        long count = primary.count(Mirroring.SCOPE.range());
        verify(count == recorded.size(), "the primary holds " + count + " keys, not " + recorded.size());
        long leased = recorded.stream().filter(RecordedCluster.Entry::leased).count();
        return count + " keys, " + leased + " of them leased and so not to be mirrored";
    }
}
