package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The primary is lost while everybody writes; the standby takes over, and what that cost is judged by the writers' own logs. */
final class Loss {

    private static final long CUT_MILLIS = 500;

    private final Stage stage;
    private final Teller teller;
    private final Mirroring mirroring;
    private final Writers writers;
    private final Application application;

    Loss(Stage stage, Teller teller, Mirroring mirroring, Writers writers, Application application) {
        this.stage = stage;
        this.teller = teller;
        this.mirroring = mirroring;
        this.writers = writers;
        this.application = application;
    }

    /**
     * What came of it.
     *
     * @param records of the application, that are lost
     */
    record Outcome(RunReport report, Set<Long> records) {}

    Outcome tell() throws InterruptedException {
        teller.step("lose the line, and then the primary", this::losePrimary);
        RunReport report = teller.longStep(
                "drkit failover",
                onTheWay -> RunReport.of(stage, "failover", onTheWay, "--yes-all", "--deadline", "5s"),
                this::verifyMoved);
        teller.step("judge etcd by the writers' own logs", () -> judge(report));
        Set<Long> records = teller.step(
                "judge the volumes by the application's log",
                () -> application.verifyLostOnlySince(report, stage.volumes().standby()),
                lost -> {
                    verify(!lost.isEmpty(), "no record is lost, though some were never synced");
                    return lost.size() + " records are lost, all younger than the report says";
                });
        return new Outcome(report, records);
    }

    /** First the line: what the primary acknowledges from then on nobody else can have. */
    private String losePrimary() throws InterruptedException {
        writers.awaitMore(50);
        stage.standby().cut().run();
        Thread.sleep(CUT_MILLIS);
        writers.awaitMore(10);
        stage.primary().etcd().kill();
        stage.volumes().primary().goDown();
        stage.standby().heal().run();
        writers.stop();
        return "its etcd is killed after " + writers.acknowledged() + " acknowledged writes, its cluster after "
                + application.count() + " records";
    }

    private String verifyMoved(RunReport report) throws Exception {
        SiteRole role = Site.at(mirroring.standby()).role().orElseThrow();
        verify(role.role() == Role.PRIMARY, "the standby is " + role);
        List<String> leads = stage.leads(Stage.PLATFORM);
        verify(leads.equals(List.of(stage.standby().address())), Stage.PLATFORM + " leads to " + leads);
        application.verifyRunsAt(stage.volumes().standby());
        application.awaitMore(stage.volumes().standby(), 10);
        mirroring.process().awaitExit(20);
        if (stage.hasNodes()) {
            verify(report.done("fence").isPresent(), "the primary's ports were not closed");
            verify(stage.scriptRuns().equals(List.of("failover")), "the script ran for " + stage.scriptRuns());
        }
        return "the standby is " + role + ", and the mirror has ended\n"
                + Stage.PLATFORM + " leads to " + leads.get(0) + ", says BIND\n"
                + "the application runs there and writes"
                + (stage.hasNodes() ? "; the script ran on its node" : "");
    }

    private String judge(RunReport report) {
        Writers.Toll toll = writers.judge(mirroring.standby());
        Instant point = report.recoveryPoint("etcd");
        verify(toll.whole(), "the standby holds a write in part");
        verify(toll.missing() > 0, "no write is lost, though the line was cut before");
        verify(
                toll.oldest().stream().noneMatch(oldest -> oldest.isBefore(point)),
                "a write acknowledged at " + toll.oldest() + " is lost, though all until " + point
                        + " was told to be there");
        return toll.missing() + " of " + writers.acknowledged()
                + " writes are lost, all younger than the report says; none is there in part";
    }
}
