package io.drkit.examples.demo;

import io.drkit.examples.DrKit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code drkit} in a process of its own, so that it can be killed as processes are. */
public final class DrKitProcess implements AutoCloseable {

    private final Process process;
    private final Path log;

    private DrKitProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts {@code drkit SUBCOMMAND} with these arguments, on this JVM's Java and class path. */
    public static DrKitProcess start(String subcommand, String... arguments) {
        try {
            Path log = Files.createTempFile("drkit", ".log");
            Process process = new ProcessBuilder(command(subcommand, arguments))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new DrKitProcess(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command line of {@code drkit SUBCOMMAND} on this JVM's Java and class path. */
    static List<String> command(String subcommand, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // Its own, also on the class path of tests, which log to stdout.
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                DrKit.class.getName(),
                subcommand));
        command.addAll(List.of(arguments));
        return command;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it ends in time. */
    public boolean isEndedWithin(long millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /** Ends it with SIGKILL: it gets no chance to tidy up. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to end, with SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /**
     * Waits for its end.
     *
     * @return its exit code
     * @throws IllegalStateException when it has not ended by then
     */
    public int awaitExit(int seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new IllegalStateException("drkit did not end within " + seconds + " s: " + log());
        }
        return process.exitValue();
    }

    /** All that it printed, on both streams. */
    public String log() {
        try {
            return Files.readString(log).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it if it runs, and deletes its log. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
