package io.drkit.examples.bench;

import io.drkit.examples.bench.LostPrimary.Loss;
import io.drkit.examples.cli.PlatformSettings;
import io.drkit.examples.runbook.Failover;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.JournalPair;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.Measurement.Kind;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookRunner;
import io.drkit.runbook.SharedJournal;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * How long does it take to fail over from a primary that was lost under write load, step by step, and how much of that is the engine's: its journal,
 * here and in the standby's etcd, its lock and its threads? Beside it the same calls with none of these. And what was lost, by the report and by the
 * writer's own log.
 */
final class RunbookCase implements BenchCase {

    private static final String RUNBOOK = "as a runbook";
    private static final String BY_HAND = "by hand";
    private static final String SECONDS = "s";
    private static final String OUTSIDE = "share outside of steps";
    /** The run's beginning is told in milliseconds. */
    private static final double CLOCKS = 0.002;

    private static final int ROUNDS = 3;
    private static final Duration SPAN = Duration.ofSeconds(10);

    private final String name;
    private final Loss loss;

    private RunbookCase(String name, Loss loss) {
        this.name = name;
        this.loss = loss;
    }

    static RunbookCase killed() {
        return new RunbookCase("runbook", Loss.KILLED);
    }

    static RunbookCase cutOff() {
        return new RunbookCase("runbook-cut-off", Loss.CUT_OFF);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        CaseReport report = new CaseReport(
                name(),
                "a primary " + (loss == Loss.KILLED ? "killed" : "whose whole site was cut off")
                        + " under write load, failed over with its mirror, nodes, volumes and names");
        if (lab.warmsUp()) {
            measure(RUNBOOK, SPAN.dividedBy(5), new CaseReport("warm-up", ""));
        }
        for (int round = 0; round < lab.rounds(ROUNDS); round++) {
            for (String who : round % 2 == 0 ? List.of(RUNBOOK, BY_HAND) : List.of(BY_HAND, RUNBOOK)) {
                measure(who, lab.span(SPAN), report);
                lab.say(name() + ": " + who + " " + Table.figure(report.median(who, SECONDS)) + " s");
            }
        }
        report.atMost(1.05, "time as a runbook over that by hand", report.quotient(RUNBOOK, BY_HAND, SECONDS));
        report.atMost(0.05, "the engine's own share of the runbook's time", report.median(RUNBOOK, OUTSIDE));
        return report;
    }

    private void measure(String who, Duration span, CaseReport report) throws Exception {
        try (LostPrimary lost = LostPrimary.after(span, loss)) {
            PlatformSettings settings = lost.settings();
            Map<String, Duration> took = Collections.synchronizedMap(new LinkedHashMap<>());
            Runbook failover = Timed.all(Failover.of(settings.platform()), took);
            long began = System.nanoTime();
            if (who.equals(BY_HAND)) {
                ByHand.run(failover);
            } else {
                judge(run(failover, settings, lost), lost, began, report);
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            report.add(who, SECONDS, seconds);
            report.add(who, OUTSIDE, 1 - Timed.together(failover, took).toNanos() / 1e9 / seconds);
            took.forEach((step, time) -> report.add(step, who + ", ms", time.toNanos() / 1e6));
        }
    }

    private static RunbookReport run(Runbook failover, PlatformSettings settings, LostPrimary lost) {
        RunbookOptions options =
                RunbookOptions.builder().confirmation(step -> true).build();
        try (JournalPair journal = new JournalPair(
                FileJournal.open(settings.journal()),
                SharedJournal.open(lost.standby().store(), options.by(), Duration.ZERO))) {
            return new RunbookRunner(journal, options).run(failover);
        }
    }

    /** What the report says, and what the writer knows: a figure that is told too small is no figure. */
    private static void judge(RunbookReport run, LostPrimary lost, long began, CaseReport report) {
        if (run.outcome() != Outcome.DONE) {
            throw new IllegalStateException("The failover that was to be measured did not get through: " + run);
        }
        double told = run.measurements().stream()
                .filter(each -> each.kind() == Kind.RPO && each.of().equals("etcd"))
                .map(Measurement::value)
                .mapToDouble(value -> Objects.requireNonNull(value, "The RPO of etcd is unknown.")
                                .toNanos()
                        / 1e9)
                .findFirst()
                .orElseThrow();
        OptionalLong oldest = lost.oldestLost();
        double truly = oldest.isEmpty() ? 0 : (began - oldest.getAsLong()) / 1e9;
        if (truly > told + CLOCKS) {
            throw new IllegalStateException(
                    "The report tells an RPO of " + told + " s, and a write was lost that is " + truly + " s old.");
        }
        report.add(RUNBOOK, "RPO told, s", told);
        report.add(RUNBOOK, "oldest lost write, s", truly);
        report.add(RUNBOOK, "RTO told, s", run.worst(Kind.RTO).orElseThrow().toNanos() / 1e9);
    }
}
