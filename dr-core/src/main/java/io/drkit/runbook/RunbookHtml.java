package io.drkit.runbook;

import static io.drkit.html.HtmlPage.escape;

import io.drkit.html.HtmlPage;
import io.drkit.runbook.RunbookReport.LagSample;
import io.drkit.runbook.RunbookReport.StepReport;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** A report as one page that loads nothing else. All that comes from elsewhere is escaped. */
record RunbookHtml(RunbookReport report, String verdict) {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final String STYLE = """
            :root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1b1f24; --soft: #57606a; --line: #d8dee4;
              --bad: #b42318; --back: #9a6700; --good: #1a7f37; --idle: #8c959f; --lag: #3b5f8a; }
            @media (prefers-color-scheme: dark) { :root { --page: #0e1217; --card: #171c23; --text: #e6eaef; --soft: #9aa5b1;
              --line: #2c343d; --bad: #ff7b6e; --back: #e0b13c; --good: #57c46f; --idle: #6b7683; --lag: #83b2e6; } }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
            main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
            h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
            h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
            .when { color: var(--soft); margin: 0; }
            .verdict { margin: 1rem 0; padding: .9rem 1.1rem; border-left: 5px solid var(--tone); background: var(--card); border-radius: 6px; }
            .verdict b { color: var(--tone); }
            code { font-family: ui-monospace, monospace; font-size: .9em; }
            .figures { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; margin: 1rem 0; list-style: none; }
            .figures li { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .6rem 1rem; }
            .figures b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
            .figures span { color: var(--soft); font-size: .85rem; }
            ol { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
            ol li { display: grid; grid-template-columns: 15rem 1fr 6rem; gap: .25rem 1rem; padding: .6rem 1rem; border-bottom: 1px solid var(--line); }
            ol li:last-child { border-bottom: 0; }
            .name { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; }
            .state { color: var(--tone); font-size: .8rem; font-weight: 600; }
            .track { position: relative; height: .9rem; margin-top: .35rem; background: var(--page); border-radius: 3px; }
            .track i { position: absolute; top: 0; bottom: 0; min-width: 3px; background: var(--tone); border-radius: 3px; }
            .took { text-align: right; color: var(--soft); font-variant-numeric: tabular-nums; }
            .detail { grid-column: 2 / -1; color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
            .return { display: block; padding: .35rem 1rem; color: var(--bad); font-size: .85rem; font-weight: 600; }
            svg { width: 100%; height: 9rem; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
            polyline { fill: none; stroke: var(--lag); stroke-width: 2; vector-effect: non-scaling-stroke; }
            .good { --tone: var(--good); } .bad { --tone: var(--bad); } .back { --tone: var(--back); } .idle { --tone: var(--idle); }
            @media (max-width: 44rem) { ol li { grid-template-columns: 1fr; } .took { text-align: left; } .detail { grid-column: auto; } }
            @media print { body { background: none; } li { break-inside: avoid; } }
            """;

    String render() {
        StringBuilder page = new StringBuilder(16 << 10);
        page.append("<p class=\"when\">")
                .append(TIME.format(report.began()))
                .append(" to ")
                .append(TIME.format(report.ended()))
                .append(", run ")
                .append(escape(report.id()))
                .append("</p>\n");
        verdict(page);
        figures(page);
        page.append("<h2>Steps</h2>\n<ol>\n");
        boolean beyond = false;
        for (StepReport step : report.steps()) {
            if (step.beyondReturn() && !beyond) {
                beyond = true;
                page.append("<li class=\"return\">Point of no return</li>\n");
            }
            step(page, step);
        }
        page.append("</ol>\n");
        lag(page);
        return HtmlPage.of(report.runbook(), STYLE, page);
    }

    private void verdict(StringBuilder page) {
        String tone = switch (report.outcome()) {
            case DONE -> "good";
            case UNDONE -> "back";
            case STOPPED, ABANDONED -> "bad";
        };
        page.append("<p class=\"verdict ")
                .append(tone)
                .append("\"><b>")
                .append(escape(Character.toUpperCase(verdict.charAt(0)) + verdict.substring(1)))
                .append(".</b> ")
                .append(escape(report.why().orElse("")));
        report.ways()
                .told()
                .forEach((what, command) -> page.append("<br>")
                        .append(what)
                        .append(": <code>")
                        .append(escape(command))
                        .append("</code>"));
        page.append("</p>\n");
    }

    private void figures(StringBuilder page) {
        page.append("<ul class=\"figures\">\n<li><b>")
                .append(told(report.took()))
                .append("</b><span>in all</span></li>\n");
        report.measurements()
                .forEach(each -> page.append("<li><b>")
                        .append(told(each))
                        .append("</b><span>")
                        .append(each.kind())
                        .append(" of ")
                        .append(escape(each.of()))
                        .append("</span></li>\n"));
        page.append("</ul>\n");
    }

    private void step(StringBuilder page, StepReport step) {
        page.append("<li class=\"")
                .append(tone(step.state()))
                .append("\"><div><span class=\"name\">")
                .append(escape(step.name()))
                .append("</span><br><span class=\"state\">")
                .append(step.state().told())
                .append("</span></div><div>")
                .append(escape(step.title()))
                .append("<div class=\"track\">");
        step.began()
                .ifPresent(began -> page.append(String.format(
                        Locale.ROOT,
                        "<i style=\"left:%.2f%%;width:%.2f%%\"></i>",
                        percent(Duration.between(report.began(), began)),
                        percent(step.took()))));
        page.append("</div></div><div class=\"took\">")
                .append(step.began().isPresent() ? told(step.took()) : "")
                .append("</div>");
        if (!step.detail().isEmpty()) {
            page.append("<div class=\"detail\">").append(escape(step.detail())).append("</div>");
        }
        page.append("</li>\n");
    }

    private static String tone(StepRecord.State state) {
        return switch (state) {
            case DONE -> "good";
            case FAILED, REFUSED, NOT_UNDONE -> "bad";
            case UNDONE, BEGUN, ACTED -> "back";
            case WAITING, SKIPPED -> "idle";
        };
    }

    private double percent(Duration part) {
        double all = Math.max(1, report.took().toMillis());
        return Math.min(100, Math.max(0, 100.0 * part.toMillis() / all));
    }

    private void lag(StringBuilder page) {
        List<LagSample> samples = report.lag();
        if (samples.size() < 2) {
            return;
        }
        Instant first = samples.get(0).at();
        double time = Math.max(
                1,
                ChronoUnit.MILLIS.between(first, samples.get(samples.size() - 1).at()));
        Duration most =
                samples.stream().map(LagSample::lag).max(Duration::compareTo).orElse(Duration.ZERO);
        double height = Math.max(1, most.toMillis());
        page.append("<h2>Lag of the mirror, at most ")
                .append(told(most))
                .append(
                        "</h2>\n<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Lag over time\">")
                .append("<polyline points=\"");
        for (LagSample sample : samples) {
            page.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    1000 * ChronoUnit.MILLIS.between(first, sample.at()) / time,
                    96 - 92 * sample.lag().toMillis() / height));
        }
        page.append("\"/></svg>\n");
    }

    private static String told(Measurement measured) {
        Duration value = measured.value();
        return value == null ? measured.told() : told(value);
    }

    private static String told(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
        }
        return duration.compareTo(Duration.ofHours(2)) < 0
                ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s"
                : duration.toHours() + " h " + duration.toMinutesPart() + " min";
    }
}
