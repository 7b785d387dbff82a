package io.drkit.examples.bench;

import io.drkit.examples.bench.CaseReport.Ratio;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A case's report for people: medians, a line a row. */
final class Table {

    private final PrintWriter out;

    Table(PrintWriter out) {
        this.out = out;
    }

    void print(CaseReport report) {
        out.println();
        out.println(report.name() + ": " + report.setting());
        Set<String> columns = report.rows().values().stream()
                .flatMap(row -> row.keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        int width =
                report.rows().keySet().stream().mapToInt(String::length).max().orElse(0);
        out.println("  " + " ".repeat(width) + "   of"
                + columns.stream().map(name -> "  " + pad(name, name)).collect(Collectors.joining()));
        report.rows().forEach((name, row) -> out.println(line(name, width, row, columns)));
        report.ratios().forEach(ratio -> out.println(line(ratio)));
        out.flush();
    }

    private static String line(String name, int width, Map<String, List<Double>> row, Set<String> columns) {
        TreeSet<Integer> samples = row.values().stream().map(List::size).collect(Collectors.toCollection(TreeSet::new));
        return "  " + name + " ".repeat(width - name.length()) + String.format(Locale.ROOT, " %4d", samples.last())
                + columns.stream()
                        .map(column -> "  "
                                + pad(
                                        column,
                                        row.containsKey(column) ? figure(CaseReport.median(row.get(column))) : ""))
                        .collect(Collectors.joining());
    }

    private static String line(Ratio ratio) {
        String wanted =
                ratio.wanted().isEmpty() ? "" : " (wanted: " + ratio.wanted() + (ratio.held() ? ")" : "; MISSED)");
        return "  -> " + ratio.name() + ": " + figure(ratio.value()) + wanted;
    }

    private static String pad(String column, String text) {
        return " ".repeat(Math.max(0, Math.max(column.length(), 7) - text.length())) + text;
    }

    /** Three digits or so. */
    static String figure(double value) {
        String format = Math.abs(value) >= 100
                ? "%.0f"
                : Math.abs(value) >= 10 ? "%.1f" : Math.abs(value) >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
