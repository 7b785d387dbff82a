package io.drkit.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.examples.runbook.platform.Objectives;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookReport.StepReport;
import io.drkit.runbook.StepRecord;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run's report, judged by what was promised.
 *
 * @param looking whether the runbook only looks, so that it ends in ready or not
 * @param wanting what steps failed by, by their names
 */
record Verdict(RunbookReport report, Objectives objectives, boolean looking, Map<String, String> wanting) {

    /** The report, with {@code objectives}: of each that was set, what was measured and whether it is met; where it only looks, with findings. */
    ObjectNode json() {
        try {
            ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(report.toJson());
            if (looking) {
                tree.put("ready", report.outcome() == Outcome.DONE);
                ArrayNode findings = tree.putArray("findings");
                report.steps()
                        .forEach(step -> findings.addObject()
                                .put("step", step.name())
                                .put("verdict", verdict(step))
                                .put("finding", finding(step)));
            }
            ObjectNode judged = tree.putObject("objectives");
            judge(judged, "rpo", Measurement.Kind.RPO, objectives.rpo());
            judge(judged, "rto", Measurement.Kind.RTO, objectives.rto());
            return tree;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void judge(ObjectNode tree, String name, Measurement.Kind kind, Optional<Duration> promised) {
        promised.ifPresent(most -> {
            ObjectNode one = tree.putObject(name).put("promisedSeconds", most.toMillis() / 1e3);
            report.worst(kind).ifPresent(worst -> one.put("measuredSeconds", worst.toMillis() / 1e3));
            one.put("met", report.isKept(kind, most).orElse(null));
        });
    }

    void print(PrintWriter out) {
        if (looking) {
            report.steps().forEach(step -> out.printf("  %-8s %-16s %s%n", verdict(step), step.name(), finding(step)));
            out.println(report.outcome() == Outcome.DONE ? "Ready." : "Not ready, for what is wanting above.");
            return;
        }
        out.print(report);
        if (!report.measurements().isEmpty()) {
            print(out, Measurement.Kind.RPO, objectives.rpo());
            print(out, Measurement.Kind.RTO, objectives.rto());
        }
    }

    /** The report as one page. */
    String html() {
        return looking
                ? seen().toHtml(report.outcome() == Outcome.DONE ? "ready" : "not ready")
                : report.toHtml(report.outcome().told()
                        + told(Measurement.Kind.RPO, objectives.rpo())
                        + told(Measurement.Kind.RTO, objectives.rto()));
    }

    private String told(Measurement.Kind kind, Optional<Duration> promised) {
        return promised.filter(most -> !report.measurements().isEmpty())
                .map(most -> "; " + kind + " " + Output.duration(most) + " "
                        + report.isKept(kind, most)
                                .map(kept -> kept ? "met" : "MISSED")
                                .orElse("unknown"))
                .orElse("");
    }

    /** Of what only looks nothing is undone: it was seen. */
    private RunbookReport seen() {
        List<StepReport> steps = report.steps().stream()
                .map(step -> new StepReport(
                        step.name(),
                        step.title(),
                        step.beyondReturn(),
                        step.state() == StepRecord.State.UNDONE ? StepRecord.State.DONE : step.state(),
                        step.detail(),
                        step.began(),
                        step.took(),
                        step.measurements()))
                .toList();
        return new RunbookReport(
                report.runbook(),
                report.id(),
                report.outcome(),
                report.why(),
                report.ways(),
                report.began(),
                report.ended(),
                steps,
                report.lag());
    }

    private String verdict(StepReport step) {
        if (wanting.containsKey(step.name())) {
            return "wanting";
        }
        return step.state() == StepRecord.State.SKIPPED ? "skipped" : "good";
    }

    private String finding(StepReport step) {
        String told = step.detail().isEmpty() ? step.title() : step.detail();
        return wanting.getOrDefault(step.name(), told);
    }

    private void print(PrintWriter out, Measurement.Kind kind, Optional<Duration> promised) {
        promised.ifPresent(most -> out.println("Objective " + kind + " " + Output.duration(most) + ": "
                + report.isKept(kind, most)
                        .map(kept -> kept ? "met" : "MISSED, by the worst of the above")
                        .orElse("unknown")));
    }
}
