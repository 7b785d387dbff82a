package io.drkit.testkit.dns;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code dig}, {@code nsupdate} and their like to their end: the fixtures' way around the backends. */
final class Tool {

    private Tool() {}

    /**
     * @return standard output and standard error
     * @throws IllegalStateException when it fails or takes longer than 30 s; the message holds what it printed
     */
    static String run(List<String> command, Map<String, String> environment, String input) {
        try {
            Path printed = Files.createTempFile("drkit-tool", ".out");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                try (OutputStream stdin = process.getOutputStream()) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    // It ended without reading; its exit code tells.
                }
                boolean ended = process.waitFor(30, TimeUnit.SECONDS);
                process.destroyForcibly();
                String output = Files.readString(printed, StandardCharsets.ISO_8859_1);
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
            throw new IllegalStateException("interrupted", e);
        }
    }
}
