package io.drkit.comparison;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

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
        String counts = Arrays.stream(Severity.values())
                .map(severity -> count(report, severity))
                .collect(Collectors.joining(", "));
        return switch (report.verdict()) {
            case ALIKE -> sites + " are alike enough for a failover: " + counts + ".";
            case INCONCLUSIVE -> "Whether " + sites + " are alike enough cannot be told: " + counts + ".";
            case WOULD_BREAK ->
                "A failover from " + report.primary().site() + " to "
                        + report.standby().site() + " would break something: " + counts + ".";
        };
    }

    /** {@code 2 warnings}. */
    static String count(ComparisonReport report, Severity severity) {
        int count = report.with(severity).size();
        boolean noun = severity == Severity.WARNING || severity == Severity.NOTE;
        return count + " " + severity.name().toLowerCase(Locale.ROOT) + (noun && count != 1 ? "s" : "");
    }

    /** The topic is left out where the subject begins with it. */
    static String title(Finding finding) {
        String topic = finding.topic().title();
        String subject = oneLine(finding.subject());
        return subject.regionMatches(true, 0, topic, 0, topic.length()) ? subject : topic + ": " + subject;
    }

    private static void side(StringJoiner text, String site, String value) {
        if (!value.isEmpty()) {
            text.add("    " + site + ": " + oneLine(value));
        }
    }

    private static String oneLine(String text) {
        // What a site says may hold what a terminal obeys.
        return text.replaceAll("[\\s\\p{Cc}]+", " ").strip();
    }
}
