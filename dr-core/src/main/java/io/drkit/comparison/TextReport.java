package io.drkit.comparison;

import java.util.List;
import java.util.StringJoiner;

/** A report for people at a terminal. */
record TextReport(ComparisonReport report) {

    String render() {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        String primary = report.primary().site();
        String standby = report.standby().site();
        for (Severity severity : Severity.values()) {
            List<Finding> findings = report.with(severity);
            if (findings.isEmpty()) {
                continue;
            }
            text.add(severity + " (" + findings.size() + ")");
            for (Finding finding : findings) {
                text.add("  " + title(finding));
                side(text, primary, finding.primary());
                side(text, standby, finding.standby());
                text.add("    breaks: " + oneLine(finding.breaks()));
                text.add("    do: " + oneLine(finding.remedy()));
            }
            text.add("");
        }
        return text.add(summary(report)).toString();
    }

    /** In one sentence. */
    static String summary(ComparisonReport report) {
        String sites = report.primary().site() + " and " + report.standby().site();
        String counts = report.with(Severity.BLOCKING).size() + " blocking, "
                + report.with(Severity.UNKNOWN).size() + " unknown, "
                + report.with(Severity.WARNING).size() + " warnings, "
                + report.with(Severity.NOTE).size() + " notes";
        return switch (report.verdict()) {
            case ALIKE -> sites + " are alike enough for a failover: " + counts + ".";
            case INCONCLUSIVE -> "Whether " + sites + " are alike enough cannot be told: " + counts + ".";
            case WOULD_BREAK ->
                "A failover from " + report.primary().site() + " to "
                        + report.standby().site() + " would break something: " + counts + ".";
        };
    }

    static String title(Finding finding) {
        String topic = finding.topic().title();
        return finding.subject().startsWith(topic)
                ? oneLine(finding.subject())
                : topic + ": " + oneLine(finding.subject());
    }

    private static void side(StringJoiner text, String site, String value) {
        if (!value.isEmpty()) {
            text.add("    " + site + ": " + oneLine(value));
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
