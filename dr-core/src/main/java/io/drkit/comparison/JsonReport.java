package io.drkit.comparison;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** A report for programs. */
final class JsonReport {

    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonReport() {}

    static String render(ComparisonReport report) {
        ObjectNode root = JSON.createObjectNode();
        root.put("primary", report.primary().site())
                .put("standby", report.standby().site());
        root.put("verdict", constant(report.verdict()));
        ObjectNode counts = root.putObject("counts");
        for (Severity severity : Severity.values()) {
            counts.put(constant(severity), report.with(severity).size());
        }
        ArrayNode overview = root.putArray("overview");
        Overview.of(report.primary(), report.standby())
                .forEach(row -> overview.addObject()
                        .put("title", row.title())
                        .put("primary", row.primary())
                        .put("standby", row.standby()));
        ArrayNode findings = root.putArray("findings");
        report.findings()
                .forEach(finding -> findings.addObject()
                        .put("severity", constant(finding.severity()))
                        .put("topic", constant(finding.topic()))
                        .put("subject", finding.subject())
                        .put("primary", finding.primary())
                        .put("standby", finding.standby())
                        .put("breaks", finding.breaks())
                        .put("do", finding.remedy()));
        return root.toPrettyString();
    }

    private static String constant(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
