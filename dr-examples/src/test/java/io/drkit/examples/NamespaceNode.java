package io.drkit.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.testkit.LocalNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A network namespace of this machine as a node, so that its firewall is its own. Closed as a connection it stays; {@link #end} ends it. */
final class NamespaceNode implements NodeAccess {

    private final LocalNode here;
    private final Process holder;

    NamespaceNode(String name) {
        assumeTrue("root".equals(System.getProperty("user.name")), "Network namespaces are made by root.");
        assumeTrue(Files.exists(Path.of("/usr/sbin/nft")), "nftables is missing: run script/setup.");
        here = new LocalNode(name);
        try {
            holder = new ProcessBuilder("unshare", "-n", "sh", "-c", "echo; exec cat >/dev/null").start();
            assumeTrue(holder.getInputStream().read() == '\n', "No network namespaces can be had here.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return here.name();
    }

    @Override
    public CommandResult run(NodeCommand command) {
        List<String> inside = new ArrayList<>(List.of("-t", Long.toString(holder.pid()), "-n", "--"));
        inside.addAll(command.arguments());
        return here.run(NodeCommand.of("nsenter", inside.toArray(String[]::new))
                .title(command.title())
                .input(command.input())
                .deadline(command.deadline())
                .outputLimit(command.outputLimit())
                .build());
    }

    @Override
    public void close() {
        // Whoever connects to a node leaves it running.
    }

    void end() {
        holder.destroyForcibly();
    }
}
