package io.drkit.testkit.machine;

import io.drkit.node.CommandResult;
import io.drkit.node.NodeCommand;
import io.drkit.testkit.LocalNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;

/** A network namespace, which lasts as long as this JVM holds it or a process runs in it. */
final class Namespace implements AutoCloseable {

    private static final LocalNode HERE = new LocalNode("this machine");

    private final Process holder;

    /** @throws IllegalStateException where none can be had */
    Namespace() {
        try {
            // Whoever holds it ends when this JVM does: its standard input ends then.
            holder = new ProcessBuilder("unshare", "-n", "sh", "-c", "echo; exec cat >/dev/null").start();
            if (holder.getInputStream().read() != '\n') {
                throw new IllegalStateException("No network namespace can be had here.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return holder.pid();
    }

    /** The command line that runs a command in it, as the same process. */
    List<String> inside(List<String> command) {
        return Stream.concat(Stream.of("nsenter", "-t", Long.toString(pid()), "-n", "--"), command.stream())
                .toList();
    }

    /** {@code ip(8)} in it. */
    void ip(String... arguments) {
        ip(inside(command(arguments)));
    }

    /** {@code ip(8)} on this machine. */
    static void ipHere(String... arguments) {
        ip(command(arguments));
    }

    private static List<String> command(String... arguments) {
        return Stream.concat(Stream.of("ip"), Stream.of(arguments)).toList();
    }

    private static void ip(List<String> command) {
        CommandResult result = HERE.run(NodeCommand.of(
                        command.get(0), command.subList(1, command.size()).toArray(String[]::new))
                .build());
        if (!result.succeeded()) {
            throw new IllegalStateException(String.join(" ", command) + ": " + result.errText());
        }
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
