package io.drkit.node;

import io.drkit.keystore.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A program to be run on a node: made by {@link #of} or {@link #script}, handed to {@link NodeAccess#run}.
 *
 * @param title what messages call it
 * @param arguments the program and its arguments, as it gets them. Never a secret: whoever is logged in on the node can see them
 * @param input what it reads on its standard input; the place for secrets
 * @param deadline within which it must have ended, waiting and connecting included; 30 s by default
 * @param outputLimit how many bytes are kept of each of its outputs; 4 MiB by default
 */
public record NodeCommand(String title, List<String> arguments, Bytes input, Duration deadline, int outputLimit) {

    private static final int TITLE_LENGTH = 60;

    /** @throws IllegalArgumentException when something is missing or cannot be passed */
    public NodeCommand {
        arguments = List.copyOf(arguments);
        require(!arguments.isEmpty() && !arguments.get(0).isEmpty(), "A command needs a program to run.");
        require(
                arguments.stream().allMatch(argument -> argument.indexOf('\0') < 0),
                "No argument of a command can hold a zero byte.");
        require(deadline.toMillis() > 0, "The deadline of a command must be positive.");
        require(outputLimit >= 0, "The output limit of a command must not be negative.");
    }

    /** A program with its arguments, passed as they are, whatever they hold. */
    public static Builder of(String program, String... arguments) {
        List<String> all = new ArrayList<>(List.of(program));
        all.addAll(List.of(arguments));
        return new Builder(all);
    }

    /** A script for the POSIX shell; the arguments are its {@code $1}, {@code $2} and so on, passed as they are. */
    public static Builder script(String script, String... arguments) {
        List<String> all = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        all.addAll(List.of(arguments));
        return new Builder(all);
    }

    /** The command as one line that any POSIX shell splits into exactly {@link #arguments}. */
    public String line() {
        return arguments.stream().map(NodeCommand::quote).collect(Collectors.joining(" "));
    }

    /** Quotes one word so that a POSIX shell takes it as it is. */
    public static String quote(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** Shows what it is called, and of the input only the size. */
    @Override
    public String toString() {
        return "NodeCommand[" + title + ", input " + input + ", deadline " + deadline + "]";
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects the options of a {@link NodeCommand}. Not thread-safe. */
    public static final class Builder {

        private final List<String> arguments;
        private String title;
        private Bytes input = Bytes.EMPTY;
        private Duration deadline = Duration.ofSeconds(30);
        private int outputLimit = 4 << 20;

        private Builder(List<String> arguments) {
            this.arguments = arguments;
            String line = String.join(" ", arguments).replaceAll("\\s+", " ").strip();
            this.title = line.length() <= TITLE_LENGTH ? line : line.substring(0, TITLE_LENGTH) + "...";
        }

        /** What messages call it. Default: its beginning. */
        public Builder title(String title) {
            this.title = title;
            return this;
        }

        /** What it reads on its standard input. Default: nothing. */
        public Builder input(Bytes input) {
            this.input = input;
            return this;
        }

        /** Within which it must have ended. Default: 30 s. */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** How many bytes are kept of each output. Default: 4 MiB. */
        public Builder outputLimit(int bytes) {
            this.outputLimit = bytes;
            return this;
        }

        /** @throws IllegalArgumentException when something is missing or cannot be passed */
        public NodeCommand build() {
            return new NodeCommand(title, arguments, input, deadline, outputLimit);
        }
    }
}
