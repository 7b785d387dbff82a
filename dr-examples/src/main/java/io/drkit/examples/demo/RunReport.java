package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.examples.demo.Teller.BrokenPromiseException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A runbook's report.
 *
 * @param tree as it is in JSON
 */
record RunReport(String runbook, JsonNode tree, Path json, Path html) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WIDTH = 130;

    /** What was measured of something: {@code etcd}, {@code platform}, {@code volume shop/data}. */
    private record Measured(String kind, String of, Duration value) {}

    /** Runs a runbook to its end, in a process of its own, and reads its report. It must succeed. */
    static RunReport of(Stage stage, String runbook, Consumer<String> onTheWay, String... more)
            throws IOException, InterruptedException {
        Path json = stage.folder().resolve(runbook + ".json");
        Path html = stage.folder().resolve(runbook + ".html");
        List<String> arguments =
                new ArrayList<>(List.of("--config", stage.config().toString()));
        arguments.addAll(List.of("--html", html.toString(), "--output", "json"));
        arguments.addAll(List.of(more));
        DrKitRun run = DrKitRun.of(json, line -> tell(line, onTheWay), runbook, arguments.toArray(String[]::new));
        JsonNode tree = JSON.readTree(json.toFile());
        verify(
                run.code() == 0,
                "exit code " + run.code() + ": " + tree.path("why").asText(run.lastWords()));
        return new RunReport(runbook, tree, json, html);
    }

    /** Only what came of the steps. */
    private static void tell(String line, Consumer<String> onTheWay) {
        if (!line.endsWith(": begun") && !line.contains(": skipped: ")) {
            String told = line.replaceFirst("^drkit: ", "");
            onTheWay.accept(told.length() > WIDTH ? told.substring(0, WIDTH) + "..." : told);
        }
    }

    /** What was acknowledged before that moment is there, as the report tells it. */
    Instant recoveryPoint(String of) {
        Duration lost = measurements()
                .filter(each -> each.kind().equals("RPO") && each.of().equals(of))
                .map(Measured::value)
                .findFirst()
                .orElseThrow(() -> new BrokenPromiseException("the report tells no RPO of " + of));
        // The report's figures are whole milliseconds.
        return Instant.parse(tree.path("began").asText()).minus(lost).minusMillis(1);
    }

    /** The worst that was measured of a kind, {@code RPO} or {@code RTO}, of what begins so. */
    Optional<Duration> worst(String kind, String of) {
        return measurements()
                .filter(each -> each.kind().equals(kind) && each.of().startsWith(of))
                .map(Measured::value)
                .max(Comparator.naturalOrder());
    }

    /** Whether the platform's objectives were met, of which {@code rpo} and {@code rto} there are. */
    boolean met(String objective) {
        return tree.path("objectives").path(objective).path("met").asBoolean();
    }

    Duration promised(String objective) {
        double seconds =
                tree.path("objectives").path(objective).path("promisedSeconds").asDouble();
        return Duration.ofMillis(Math.round(seconds * 1e3));
    }

    /** What a step tells that it did; empty where it was not done. */
    Optional<String> done(String step) {
        return elements("steps")
                .filter(each -> each.path("name").asText().equals(step)
                        && each.path("state").asText().equals("done"))
                .map(each -> each.path("detail").asText())
                .findFirst();
    }

    long steps() {
        return elements("steps").count();
    }

    private Stream<Measured> measurements() {
        return elements("measurements")
                .map(each -> new Measured(
                        each.path("kind").asText(),
                        each.path("of").asText(),
                        Duration.ofMillis(Math.round(each.path("seconds").asDouble() * 1e3))));
    }

    private Stream<JsonNode> elements(String name) {
        return StreamSupport.stream(tree.path(name).spliterator(), false);
    }
}
