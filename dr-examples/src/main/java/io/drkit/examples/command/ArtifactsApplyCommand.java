package io.drkit.examples.command;

import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ApplyReport;
import io.drkit.artifact.ApplyReport.Outcome;
import io.drkit.artifact.ApplyReport.Result;
import io.drkit.examples.cli.ClusterCommand;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.Progress;
import io.drkit.kubernetes.artifact.KubernetesArtifacts;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drkit artifacts apply}. */
@Command(
        name = "apply",
        description =
                "Creates the objects of an archive at a site, and updates those that are there and differ, in the order in which they"
                        + " need each other; what is not in the archive stays. All of it is read before the first is written. Run it"
                        + " again as often as you like. Exit code 3: some objects could not be applied, the others were.")
final class ArtifactsApplyCommand extends ClusterCommand {

    @Parameters(paramLabel = "ARCHIVE", description = "The archive, or the folder into which it was unpacked.")
    private @Nullable Path archive;

    @Option(
            names = "--map-namespace",
            paramLabel = "FROM=TO",
            description = "Objects of the namespace FROM go into TO. May be repeated.")
    private Map<String, String> mapping = Map.of();

    @Option(names = "--dry-run", description = "Only tell what would be done.")
    private boolean dryRun;

    private ApplyOptions options = ApplyOptions.DEFAULTS;

    @Override
    protected String unit() {
        return "objects";
    }

    @Override
    protected void check() {
        options = ApplyOptions.builder().namespaces(mapping).dryRun(dryRun).build();
        if (!Files.isReadable(archive())) {
            throw usage(archive() + " does not exist, or cannot be read");
        }
    }

    @Override
    protected int run(KubernetesClient client, Progress progress) throws IOException {
        ApplyReport report = new KubernetesArtifacts(
                        client, (what, done, total) -> progress.update(what, done, total, ""))
                .apply(archive(), options);
        progress.close();
        output().result(json(report), text -> print(report, text));
        return report.isComplete() ? ExitCodes.DONE : ExitCodes.WANTING;
    }

    private static Map<String, Object> json(ApplyReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("site", report.site());
        json.put("dryRun", report.dryRun());
        Map<String, Long> counts = new LinkedHashMap<>();
        for (Result result : Result.values()) {
            counts.put(Output.lower(result), report.count(result));
        }
        json.put("counts", counts);
        json.put(
                "objects",
                report.outcomes().stream().map(ArtifactsApplyCommand::json).toList());
        return json;
    }

    private static Map<String, Object> json(Outcome outcome) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("apiVersion", outcome.object().apiVersion());
        json.put("kind", outcome.object().kind());
        if (outcome.object().namespace() != null) {
            json.put("namespace", outcome.object().namespace());
        }
        json.put("name", outcome.object().name());
        json.put("result", Output.lower(outcome.result()));
        if (!outcome.reason().isEmpty()) {
            json.put("reason", outcome.reason());
        }
        return json;
    }

    private static void print(ApplyReport report, PrintWriter text) {
        List<Outcome> told = report.outcomes().stream()
                .filter(outcome -> outcome.result() != Result.UNCHANGED)
                .toList();
        told.forEach(outcome -> text.printf(
                "%-8s %s%s%n",
                outcome.result() == Result.FAILED ? "FAILED" : Output.lower(outcome.result()),
                outcome.object(),
                outcome.reason().isEmpty() ? "" : ": " + outcome.reason()));
        StringBuilder counts = new StringBuilder();
        for (Result result : Result.values()) {
            counts.append(counts.isEmpty() ? "" : ", ")
                    .append(report.count(result))
                    .append(' ')
                    .append(Output.lower(result));
        }
        text.println((report.dryRun() ? "Nothing was written. It would be: " : "At " + report.site() + ": ") + counts);
    }

    private Path archive() {
        return Objects.requireNonNull(archive, "picocli requires it");
    }
}
