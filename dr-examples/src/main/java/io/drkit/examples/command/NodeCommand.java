package io.drkit.examples.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit node}: a site's control-plane nodes. */
@Command(
        name = "node",
        description = "Control-plane nodes, by SSH.",
        subcommands = {NodeCheckCommand.class, NodeFenceCommand.Close.class, NodeFenceCommand.Open.class})
public final class NodeCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;
}
