package io.drkit.examples.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What one case measured: rows that were measured side by side, each with a few columns, and how the rows compare. */
final class CaseReport {

    private final String name;
    private final String setting;
    private final Map<String, Map<String, List<Double>>> rows = new LinkedHashMap<>();
    private final List<Ratio> ratios = new ArrayList<>();

    /**
     * How two figures compare.
     *
     * @param wanted the bound that was set for it; empty where none was
     */
    record Ratio(String name, double value, String wanted, boolean held) {}

    /** @param setting what was measured, in words */
    CaseReport(String name, String setting) {
        this.name = name;
        this.setting = setting;
    }

    String name() {
        return name;
    }

    String setting() {
        return setting;
    }

    Map<String, Map<String, List<Double>>> rows() {
        return rows;
    }

    List<Ratio> ratios() {
        return ratios;
    }

    /** One sample; a column's name holds its unit. */
    void add(String row, String column, double sample) {
        rows.computeIfAbsent(row, any -> new LinkedHashMap<>())
                .computeIfAbsent(column, any -> new ArrayList<>())
                .add(sample);
    }

    private List<Double> samples(String row, String column) {
        return rows.getOrDefault(row, Map.of()).getOrDefault(column, List.of());
    }

    double median(String row, String column) {
        List<Double> samples = samples(row, column);
        if (samples.isEmpty()) {
            throw new IllegalStateException(name + " has no figure '" + column + "' of '" + row + "'");
        }
        return median(samples);
    }

    /**
     * One row's figure over another's: the median over rounds, for what disturbs the machine disturbs a whole round. Where one row was measured
     * less often, its median over the other's.
     */
    double quotient(String row, String other, String column) {
        double ofMedians = median(row, column) / median(other, column);
        List<Double> samples = samples(row, column);
        List<Double> others = samples(other, column);
        return samples.size() != others.size()
                ? ofMedians
                : median(IntStream.range(0, samples.size())
                        .mapToObj(i -> samples.get(i) / others.get(i))
                        .toList());
    }

    static double median(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    void ratio(String what, double value) {
        ratios.add(new Ratio(what, value, "", true));
    }

    void atLeast(double bound, String what, double value) {
        ratios.add(new Ratio(what, value, "at least " + bound, value >= bound));
    }

    void atMost(double bound, String what, double value) {
        ratios.add(new Ratio(what, value, "at most " + bound, value <= bound));
    }
}
