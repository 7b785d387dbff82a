package io.drkit.runbook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.runbook.RunbookReport.StepReport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A report for programs. Fields are only ever added. */
record RunbookJson(RunbookReport report) {

    String render() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("runbook", report.runbook())
                .put("id", report.id())
                .put("outcome", report.outcome().name().toLowerCase(Locale.ROOT))
                .put("why", report.why().orElse(""))
                .put("goOn", report.goOn())
                .put("takeBack", report.ways().takeBack())
                .put("abandon", report.ways().abandon())
                .put("began", report.began().toString())
                .put("ended", report.ended().toString())
                .put("tookSeconds", seconds(report.took()));
        ArrayNode steps = tree.putArray("steps");
        report.steps().forEach(step -> add(steps.addObject(), step));
        measurements(tree.putArray("measurements"), report.measurements());
        ArrayNode lag = tree.putArray("lag");
        report.lag()
                .forEach(sample ->
                        lag.addObject().put("at", sample.at().toString()).put("seconds", seconds(sample.lag())));
        try {
            return RunRecord.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(ObjectNode tree, StepReport step) {
        tree.put("name", step.name())
                .put("title", step.title())
                .put("state", step.state().told())
                .put("detail", step.detail())
                .put("beyondReturn", step.beyondReturn())
                .put("tookSeconds", seconds(step.took()));
        step.began().ifPresent(began -> tree.put("began", began.toString()));
        measurements(tree.putArray("measurements"), step.measurements());
    }

    private static void measurements(ArrayNode array, List<Measurement> measurements) {
        for (Measurement each : measurements) {
            Duration value = each.value();
            array.addObject()
                    .put("kind", each.kind().name())
                    .put("of", each.of())
                    .put("seconds", value == null ? null : (Double) seconds(value));
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
