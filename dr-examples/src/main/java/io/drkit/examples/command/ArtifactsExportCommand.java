package io.drkit.examples.command;

import io.drkit.artifact.ExportReport;
import io.drkit.examples.cli.ClusterCommand;
import io.drkit.examples.cli.ExitCodes;
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

/** {@code drkit artifacts export}. */
@Command(
        name = "export",
        description =
                "Writes the objects of namespaces into a tar.gz of YAML, with the definitions, rights and classes that they"
                        + " need, and the list of their images. Holds Secrets in plain text: it is for your eyes alone."
                        + " Changes nothing at the site. Exit code 3: something could not be asked for, and is not in it.")
final class ArtifactsExportCommand extends ClusterCommand {

    @Option(
            names = {"-n", "--namespace"},
            required = true,
            paramLabel = "NAMESPACE",
            description = "Which namespaces. May be repeated.")
    private List<String> namespaces = List.of();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The archive; one that is there is replaced, once the new one is whole.")
    private @Nullable Path out;

    @Override
    protected String unit() {
        return "lists";
    }

    @Override
    protected void check() {
        Path folder = out().toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out())) {
            throw usage("--out " + out() + " is no file in a folder that is there");
        }
    }

    @Override
    protected int run(KubernetesClient client, Progress progress) throws IOException {
        ExportReport report = new KubernetesArtifacts(
                        client, (what, done, total) -> progress.update(what, done, total, ""))
                .export(namespaces, out());
        progress.close();
        output().result(json(report), text -> print(report, text));
        return report.isComplete() ? ExitCodes.DONE : ExitCodes.WANTING;
    }

    private Map<String, Object> json(ExportReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("archive", out().toString());
        json.put("source", report.source());
        json.put("exported", report.exported().toString());
        json.put("namespaces", report.namespaces());
        json.put("objects", report.objects());
        json.put("images", report.images());
        json.put("leftOut", report.leftOut());
        json.put("notes", report.notes());
        return json;
    }

    private void print(ExportReport report, PrintWriter text) {
        report.objects().forEach((resource, count) -> text.printf("%6d  %s%n", count, resource));
        report.leftOut().forEach((reason, count) -> text.println("Left out: " + count + " (" + reason + ")"));
        report.notes().forEach(note -> text.println("MISSING: " + note));
        text.println("Objects in " + out() + ": " + report.count() + ", naming "
                + report.images().size() + " images. It holds Secrets in plain text.");
    }

    private Path out() {
        return Objects.requireNonNull(out, "picocli requires it");
    }
}
