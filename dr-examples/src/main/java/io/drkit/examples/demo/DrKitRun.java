package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A command of drkit that has ended, in a process of its own.
 *
 * @param said what it printed on the way and its errors
 * @param result the file with its result
 */
record DrKitRun(int code, List<String> said, Path result) {

    private static final int PATIENCE_SECONDS = 300;

    /** Runs it to its end. {@code onTheWay} gets each line of what it says on the way. */
    static DrKitRun of(Path result, Consumer<String> onTheWay, String subcommand, String... arguments)
            throws InterruptedException {
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        Process process = start(result, subcommand, arguments);
        try {
            // In a thread of its own, for reading cannot be interrupted.
            Thread reader = new Thread(() -> read(process, line -> {
                said.add(line);
                onTheWay.accept(line);
            }));
            reader.setDaemon(true);
            reader.start();
            verify(
                    process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS),
                    "drkit " + subcommand + " has not ended after " + PATIENCE_SECONDS + " s: " + last(said));
            reader.join();
            return new DrKitRun(process.exitValue(), said, result);
        } finally {
            process.destroyForcibly();
        }
    }

    DrKitRun {
        said = List.copyOf(said);
    }

    private static Process start(Path result, String subcommand, String... arguments) {
        try {
            return new ProcessBuilder(DrKitProcess.command(subcommand, arguments))
                    .redirectOutput(result.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(Process process, Consumer<String> line) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(line);
        } catch (IOException | UncheckedIOException e) {
            // It was ended.
        }
    }

    /** The last that it said on the way: of an error, what is wrong. */
    String lastWords() {
        return last(said);
    }

    private static String last(List<String> said) {
        return said.isEmpty() ? "it said nothing" : said.get(said.size() - 1);
    }
}
