package io.drkit.comparison;

import java.util.List;

/**
 * What a comparison found.
 *
 * @param findings the gravest first
 */
public record ComparisonReport(SiteFacts primary, SiteFacts standby, List<Finding> findings) {

    /** What it comes to. */
    public enum Verdict {
        /** A failover is not known to break anything. */
        ALIKE,
        /** Something important is unknown, and nothing is known to break. */
        INCONCLUSIVE,
        /** Something would break. */
        WOULD_BREAK
    }

    public ComparisonReport {
        findings = List.copyOf(findings);
    }

    /** What it comes to. */
    public Verdict verdict() {
        if (!with(Severity.BLOCKING).isEmpty()) {
            return Verdict.WOULD_BREAK;
        }
        return with(Severity.UNKNOWN).isEmpty() ? Verdict.ALIKE : Verdict.INCONCLUSIVE;
    }

    /** The findings of a severity. */
    public List<Finding> with(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .toList();
    }

    /** For people at a terminal. */
    public String toText() {
        return new TextReport(this).render();
    }

    /** For programs: verdict, the two sites, findings. One JSON document. */
    public String toJson() {
        return JsonReport.render(this);
    }

    /** One page for a browser that loads nothing else; light or dark as the browser is set. */
    public String toHtml() {
        return new HtmlReport(this).render();
    }
}
