package io.drkit.comparison;

import static io.drkit.html.HtmlPage.escape;

import io.drkit.html.HtmlPage;
import java.util.List;
import java.util.Locale;

/** A report as one page that loads nothing else. All that comes from a site is escaped. */
record HtmlReport(ComparisonReport report) {

    private static final String STYLE = """
            :root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1b1f24; --soft: #57606a; --line: #d8dee4;
              --blocking: #b42318; --unknown: #6941c6; --warning: #9a6700; --note: #3b5f8a; --alike: #1a7f37; }
            @media (prefers-color-scheme: dark) { :root { --page: #0e1217; --card: #171c23; --text: #e6eaef; --soft: #9aa5b1;
              --line: #2c343d; --blocking: #ff7b6e; --unknown: #b79bff; --warning: #e0b13c; --note: #83b2e6; --alike: #57c46f; } }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
            main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
            h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
            h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
            h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
            .verdict { margin: 1rem 0; padding: .9rem 1.1rem; border-left: 5px solid var(--tone); background: var(--card);
              border-radius: 6px; font-weight: 600; }
            .counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: 1rem 0; list-style: none; }
            .counts a { display: block; padding: .3rem .8rem; border: 1px solid var(--tone); border-radius: 999px; color: var(--tone);
              text-decoration: none; }
            .finding { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: 6px;
              padding: .9rem 1.1rem; margin: 0 0 .75rem; }
            .topic { color: var(--soft); font-size: .8rem; }
            .sides { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin: .6rem 0; }
            .sides div, td { overflow-wrap: anywhere; }
            .sides div { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .7rem; }
            .sides b { display: block; color: var(--soft); font-size: .8rem; font-weight: 600; }
            .sides span { font-family: ui-monospace, monospace; font-size: .85rem; white-space: pre-wrap; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .8rem; margin: 0; }
            dt { color: var(--soft); }
            dd { margin: 0; }
            .tone-blocking { --tone: var(--blocking); } .tone-unknown { --tone: var(--unknown); }
            .tone-warning { --tone: var(--warning); } .tone-note { --tone: var(--note); } .tone-alike { --tone: var(--alike); }
            h2 { color: var(--tone, inherit); }
            table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); table-layout: fixed; }
            th, td { text-align: left; vertical-align: top; padding: .45rem .7rem; border-bottom: 1px solid var(--line); }
            th:first-child { width: 24%; }
            tbody th { font-weight: 400; color: var(--soft); }
            .differs td { font-weight: 600; }
            footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; }
            @media (max-width: 40rem) { .sides, dl { grid-template-columns: 1fr; } }
            @media print { body { background: none; } .finding { break-inside: avoid; } }
            """;

    String render() {
        StringBuilder page = new StringBuilder(32 << 10);
        page.append("<p class=\"verdict ")
                .append(tone())
                .append("\">")
                .append(escape(TextReport.summary(report)))
                .append("</p>\n");
        counts(page);
        overview(page);
        for (Severity severity : Severity.values()) {
            section(page, severity);
        }
        page.append("<footer>Facts of ")
                .append(escape(report.primary().site()))
                .append(" as of ")
                .append(escape(report.primary().gathered()))
                .append(", of ")
                .append(escape(report.standby().site()))
                .append(" as of ")
                .append(escape(report.standby().gathered()))
                .append(".</footer>\n");
        String title = report.primary().site() + " and " + report.standby().site() + " side by side";
        return HtmlPage.of(title, STYLE, page);
    }

    private String tone() {
        return switch (report.verdict()) {
            case ALIKE -> "tone-alike";
            case INCONCLUSIVE -> "tone-unknown";
            case WOULD_BREAK -> "tone-blocking";
        };
    }

    private void counts(StringBuilder page) {
        page.append("<ul class=\"counts\">\n");
        for (Severity severity : Severity.values()) {
            if (!report.with(severity).isEmpty()) {
                page.append("<li><a class=\"")
                        .append(tone(severity))
                        .append("\" href=\"#")
                        .append(id(severity))
                        .append("\">")
                        .append(TextReport.count(report, severity))
                        .append("</a></li>\n");
            }
        }
        page.append("</ul>\n");
    }

    private void overview(StringBuilder page) {
        page.append("<h2>The two sites</h2>\n<table>\n<thead><tr><th></th><th>")
                .append(escape(report.primary().site()))
                .append("</th><th>")
                .append(escape(report.standby().site()))
                .append("</th></tr></thead>\n<tbody>\n");
        for (Overview row : Overview.of(report.primary(), report.standby())) {
            page.append(row.primary().equals(row.standby()) ? "<tr>" : "<tr class=\"differs\">")
                    .append("<th scope=\"row\">")
                    .append(escape(row.title()))
                    .append("</th><td>")
                    .append(escape(row.primary()))
                    .append("</td><td>")
                    .append(escape(row.standby()))
                    .append("</td></tr>\n");
        }
        page.append("</tbody>\n</table>\n");
    }

    private void section(StringBuilder page, Severity severity) {
        List<Finding> findings = report.with(severity);
        if (findings.isEmpty()) {
            return;
        }
        page.append("<section class=\"")
                .append(tone(severity))
                .append("\" id=\"")
                .append(id(severity))
                .append("\">\n<h2>")
                .append(heading(severity))
                .append(" (")
                .append(findings.size())
                .append(")</h2>\n");
        findings.forEach(finding -> finding(page, finding));
        page.append("</section>\n");
    }

    private void finding(StringBuilder page, Finding finding) {
        page.append("<article class=\"finding\">\n");
        // Said once is enough.
        if (!finding.subject().equalsIgnoreCase(finding.topic().title())) {
            page.append("<span class=\"topic\">")
                    .append(escape(finding.topic().title()))
                    .append("</span>\n");
        }
        page.append("<h3>").append(escape(finding.subject())).append("</h3>\n<div class=\"sides\">\n");
        side(page, report.primary().site(), finding.primary());
        side(page, report.standby().site(), finding.standby());
        page.append("</div>\n<dl><dt>Breaks</dt><dd>")
                .append(escape(finding.breaks()))
                .append("</dd><dt>Do</dt><dd>")
                .append(escape(finding.remedy()))
                .append("</dd></dl>\n</article>\n");
    }

    private static void side(StringBuilder page, String site, String value) {
        page.append("<div><b>")
                .append(escape(site))
                .append("</b><span>")
                .append(value.isEmpty() ? "–" : escape(value))
                .append("</span></div>\n");
    }

    private static String heading(Severity severity) {
        return switch (severity) {
            case BLOCKING -> "Would break a failover";
            case UNKNOWN -> "Could not be told";
            case WARNING -> "May not work as at the primary";
            case NOTE -> "Good to know";
        };
    }

    private static String id(Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }

    private static String tone(Severity severity) {
        return "tone-" + id(severity);
    }
}
