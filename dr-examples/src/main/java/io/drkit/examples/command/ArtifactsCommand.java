package io.drkit.examples.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit artifacts}: objects as YAML. */
@Command(
        name = "artifacts",
        description = "The objects of namespaces as YAML that people read and edit, from one site to another.",
        subcommands = {ArtifactsExportCommand.class, ArtifactsApplyCommand.class})
public final class ArtifactsCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;
}
