package io.drkit.examples.command;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.examples.cli.ControlPlaneCommand;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.file.PrivateFile;
import io.drkit.keystore.Bytes;
import io.drkit.rollout.ApiserverState;
import io.drkit.rollout.StaticPodApiserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit encryption fetch}: the file that a site's kube-apiservers read, for {@code encryption plan}. */
@Command(
        name = "fetch",
        description =
                "Fetches the EncryptionConfiguration of a site from its control-plane nodes, all of which must have the"
                        + " same. Changes nothing there; here the file is its owner's alone.")
final class EncryptionFetchCommand extends ControlPlaneCommand {

    @Option(
            names = "--at",
            required = true,
            paramLabel = "SITE",
            description = "Whose: a site under nodes: in --config.")
    private String at = "";

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write it.")
    private @Nullable Path out;

    @Override
    protected int run() throws IOException {
        Map<Bytes, String> files = withNodes(at, nodes -> {
            Map<Bytes, String> found = new LinkedHashMap<>();
            nodes.forEach(node -> {
                ApiserverState state = new StaticPodApiserver(node, apiserver()).look();
                if (!state.ready()) {
                    throw new UnsafeToProceedException("What the kube-apiserver on " + node.name()
                            + " goes by is not known: " + state.unready() + ".");
                }
                Bytes file = state.file()
                        .orElseThrow(() -> new UnsafeToProceedException("There is no " + state.path() + " on "
                                + node.name() + ", though its manifest names it."));
                found.merge(file, node.name(), (first, second) -> first + ", " + second);
            });
            return found;
        });
        if (files.size() > 1) {
            throw new UnsafeToProceedException("The nodes have different files: " + String.join("; ", files.values())
                    + ". Make them the same first.");
        }
        Path file = Objects.requireNonNull(out, "picocli requires it");
        String text = List.copyOf(files.keySet()).get(0).utf8();
        EncryptionConfig.parse(text, "The file of " + at);
        try {
            if (Files.exists(file) && !Files.readString(file).equals(text)) {
                throw new UnsafeToProceedException(
                        file + " is there already, and holds something else. Name another file.");
            }
            PrivateFile.write(file, text);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot write " + file + ": " + e.getMessage() + ".", e);
        }
        output().result(
                        Map.of("file", file.toString(), "nodes", files.values()),
                        shown -> shown.println(
                                "Wrote " + file + ", the same on " + String.join(", ", files.values()) + "."));
        return ExitCodes.DONE;
    }
}
