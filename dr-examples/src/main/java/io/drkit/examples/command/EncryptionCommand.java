package io.drkit.examples.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit encryption}: what is encrypted at rest, and how two sites come to read each other's values. */
@Command(
        name = "encryption",
        description = "What kube-apiserver encrypts at rest, and how two sites come to read each other's values.",
        subcommands = {
            EncryptionInspectCommand.class,
            EncryptionMergeCommand.Plan.class,
            EncryptionMergeCommand.OneFile.class,
            EncryptionRewriteCommand.class,
            EncryptionFetchCommand.class,
            EncryptionRolloutCommand.class
        })
public final class EncryptionCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;
}
