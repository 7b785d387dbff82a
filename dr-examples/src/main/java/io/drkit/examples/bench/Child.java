package io.drkit.examples.bench;

import io.drkit.examples.DrKit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is measured in a process of its own; closing it kills it. */
final class Child implements AutoCloseable {

    private static final long POLL_MILLIS = 20;

    private final Process process;
    private final Path log;
    private double peakResident;

    private Child(ProcessBuilder program) {
        try {
            log = Files.createTempFile("drkit-bench", ".log");
            process = program.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts {@code drkit} as its launcher does, on this JVM's Java and class path. */
    static Child drkit(List<String> jvmOptions, String... arguments) {
        List<String> command = java(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DrKit.class.getName()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    /** As {@link #drkit}: a command from {@code primary} to {@code standby}, of all keys. */
    static Child onPair(List<String> jvmOptions, String command, Site primary, Site standby, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "--from", primary.endpoint(), "--to", standby.endpoint()));
        all.addAll(List.of(arguments));
        if (!all.contains("--scope")) {
            all.addAll(List.of("--scope", "all"));
        }
        return drkit(jvmOptions, all.toArray(String[]::new));
    }

    /** etcd's own mirror. */
    static Child makeMirror(Site primary, Site standby) {
        return new Child(primary.server().etcdctlProcess("make-mirror", "--prefix=/registry/", standby.endpoint()));
    }

    /** Java with the launcher's options. */
    static List<String> java(List<String> options) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        return command;
    }

    static Child start(List<String> command) {
        return new Child(new ProcessBuilder(command));
    }

    /** Waits for its end, which must be a good one. */
    void awaitDone() throws InterruptedException {
        do {
            peakResident = Math.max(peakResident, Proc.peakResidentMebibytes(process.pid()));
        } while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS));
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    "a program that was measured ended with " + process.exitValue() + ": " + log());
        }
    }

    /** @throws IllegalStateException when it has ended */
    void requireAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException("a program that was measured ended before its time: " + log());
        }
    }

    double cpuSeconds() {
        requireAlive();
        return Proc.cpuSeconds(process.pid());
    }

    /** As seen while waited for its end. */
    double peakResidentMebibytes() {
        return peakResident;
    }

    private String log() {
        try {
            return Files.readString(log).strip();
        } catch (IOException e) {
            return "(its output cannot be read: " + e + ")";
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
