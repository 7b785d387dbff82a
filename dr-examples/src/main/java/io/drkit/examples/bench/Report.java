package io.drkit.examples.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.drkit.testkit.etcd.EtcdBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a whole run measured, with what it was measured on; as JSON with every sample. */
final class Report {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final boolean quick;
    private final Instant began = Instant.now();
    private final List<CaseReport> cases = new ArrayList<>();

    Report(boolean quick) {
        this.quick = quick;
    }

    void add(CaseReport report) {
        cases.add(report);
    }

    String machine() {
        return Runtime.getRuntime().availableProcessors() + " cores, Java " + Runtime.version() + ", etcd "
                + EtcdBinary.installed().version();
    }

    void write(Path file) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("began", began.toString());
        all.put("quick", quick);
        all.put("cores", Runtime.getRuntime().availableProcessors());
        all.put("java", Runtime.version().toString());
        all.put("etcd", EtcdBinary.installed().version());
        all.put("cases", cases.stream().map(Report::json).toList());
        try {
            Files.writeString(file, JSON.writeValueAsString(all) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> json(CaseReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", report.name());
        json.put("setting", report.setting());
        json.put("rows", report.rows().entrySet().stream().map(Report::row).toList());
        json.put("ratios", report.ratios());
        return json;
    }

    private static Map<String, Object> row(Map.Entry<String, Map<String, List<Double>>> row) {
        Map<String, Object> figures = new LinkedHashMap<>();
        row.getValue()
                .forEach((column, samples) ->
                        figures.put(column, Map.of("median", CaseReport.median(samples), "samples", samples)));
        return Map.of("name", row.getKey(), "figures", figures);
    }
}
