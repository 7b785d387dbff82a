package io.drkit.testkit.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a small program to its end. */
final class Tool {

    private Tool() {}

    /** @throws IllegalStateException when it fails or does not end in time; the message holds what it printed */
    static String run(List<String> command) {
        try {
            Path printed = Files.createTempFile("drkit-tool", ".out");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(printed.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .start();
                boolean ended = process.waitFor(60, TimeUnit.SECONDS);
                process.destroyForcibly();
                String output = Files.readString(printed, StandardCharsets.UTF_8);
                if (!ended || process.exitValue() != 0) {
                    throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
                }
                return output;
            } finally {
                Files.deleteIfExists(printed);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted during " + command.get(0), e);
        }
    }
}
