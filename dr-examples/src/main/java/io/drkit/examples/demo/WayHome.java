package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.quarantine.Quarantine;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.volsync.StandInSite;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The old site is back, and the platform goes home. */
final class WayHome {

    private final Stage stage;
    private final Opened opened;
    private final Teller teller;
    private final Application application;
    private final long seed;

    WayHome(Stage stage, Opened opened, Teller teller, Application application, long seed) {
        this.stage = stage;
        this.opened = opened;
        this.teller = teller;
        this.application = application;
        this.seed = seed;
    }

    /** @param late what the old primary took after the failover */
    RunReport tell(Loss.Outcome loss, List<Bytes> late) throws InterruptedException {
        Writers writers = opened.add(
                new Writers("after-failover", () -> opened.add(stage.standby().connect()), seed));
        teller.step("work on at the new primary", () -> {
            writers.awaitMore(100);
            return writers.acknowledged() + " writes by new writers";
        });
        StandInSite home = stage.volumes().primary();
        Set<Long> before = application.writtenAt(home);
        teller.step("the old site's cluster comes back", () -> {
            home.comeBack();
            application.awaitMore(home, 5);
            return "nobody has told its pods: they write into their old volumes";
        });
        writers.stop();
        RunReport failback = teller.longStep(
                "drkit failback",
                onTheWay -> RunReport.of(stage, "failback", onTheWay, "--yes-all"),
                report -> verifyHome());
        // What its old pods wrote while the application ran at the standby: never to be kept.
        Set<Long> strays = new HashSet<>(application.writtenAt(home));
        strays.removeAll(before);
        KeyStore primary = opened.add(stage.primary().connect());
        teller.step("judge etcd", () -> {
            writers.verifyAllArrived(primary);
            verify(primary.read(late).isEmpty(), "a late write of the old primary is still there");
            int aside = verifySetAside(primary, late);
            return "all " + writers.acknowledged() + " writes since the failover are home\n" + aside
                    + " values that only the old primary had are in its quarantine, the late writes too";
        });
        teller.step(
                "compare the two sites",
                () -> Mirroring.compare(primary, opened.add(stage.standby().connect())));
        teller.step("judge the volumes", () -> {
            application.awaitMore(home, 10);
            application.close();
            Set<Long> lost = new HashSet<>(loss.records());
            lost.addAll(strays);
            application.verifyLostOnly(lost, home);
            return "it writes at home, where all "
                    + application.writtenAt(stage.volumes().standby()).size()
                    + " records are that it wrote at the standby";
        });
        return failback;
    }

    private String verifyHome() throws Exception {
        KeyStore primary = opened.add(stage.primary().connect());
        KeyStore standby = opened.add(stage.standby().connect());
        verify(Site.at(primary).role().orElseThrow().role() == Role.PRIMARY, "the primary is not the primary again");
        verify(Site.at(standby).role().orElseThrow().role() == Role.STANDBY, "the standby is not the standby again");
        List<String> leads = stage.leads(Stage.PLATFORM);
        verify(leads.equals(List.of(stage.primary().address())), Stage.PLATFORM + " leads to " + leads);
        application.verifyRunsAt(stage.volumes().primary());
        application.verifyRestsAt(stage.volumes().standby());
        if (stage.hasNodes()) {
            verify(
                    stage.scriptRuns().equals(List.of("failover", "failback")),
                    "the script ran for " + stage.scriptRuns());
        }
        return "roles and names are as on the first day\n" + "the application runs at home, and rests at the standby";
    }

    /** @return how many values are set aside */
    private static int verifySetAside(KeyStore primary, List<Bytes> late) {
        Quarantine quarantine = Quarantine.at(primary);
        Set<Bytes> aside = new HashSet<>();
        quarantine.batches().forEach(batch -> quarantine.entries(batch.id(), entry -> aside.add(entry.key())));
        verify(aside.containsAll(late), "the quarantine lacks late writes; it has " + aside);
        return aside.size();
    }
}
