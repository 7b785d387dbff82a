package io.drkit.testkit.etcd;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end, within a time, and gives what it printed: the fixtures' only way to start tools. */
final class Command {

    private Command() {}

    /**
     * @param environment added to this process's, from which every etcd variable was removed; secrets go here, never into {@code command}
     * @param input written to the standard input
     * @return standard output and standard error
     * @throws IllegalStateException when it fails or does not end in time; the message holds what it printed
     */
    static String run(List<String> command, Map<String, String> environment, String input, Duration timeout) {
        try {
            Path printed = Files.createTempFile("drkit-command", ".out");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
                withoutEtcdVariables(builder).environment().putAll(environment);
                Process process = builder.start();
                try (OutputStream stdin = process.getOutputStream()) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    // It ended without reading; its exit code tells.
                }
                boolean ended = waitFor(process, timeout);
                String output = Files.readString(printed, StandardCharsets.ISO_8859_1);
                if (!ended || process.exitValue() != 0) {
                    throw new IllegalStateException(
                            String.join(" ", command) + (ended ? " failed: " : " did not end in time: ") + output);
                }
                return Files.readString(printed);
            } finally {
                Files.deleteIfExists(printed);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ProcessBuilder withoutEtcdVariables(ProcessBuilder builder) {
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCD"));
        builder.environment().put("ETCDCTL_API", "3");
        return builder;
    }

    private static boolean waitFor(Process process, Duration timeout) {
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }
}
