package io.drkit.etcd.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The process of a {@link MirrorProgram}, killed and started by the test and ended by nothing else. It has so little memory, on and off the
 * heap, that one that leaks does not get far.
 */
public final class MirrorProcess implements AutoCloseable {

    private static final int LOG_TAIL = 12_000;
    private static final List<String> SIGNS_OF_A_LEAK = List.of("LEAK:", "OutOfMemoryError", "OutOfDirectMemoryError");

    private final Path log;
    private final List<String> command;
    private @Nullable Process process;

    /**
     * @param log where its output goes
     * @param primary endpoints, and {@code standby} likewise
     * @param scope {@code all} or {@code platform}
     */
    public MirrorProcess(Path log, String primary, String standby, String scope) {
        this.log = log;
        this.command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:MaxDirectMemorySize=64m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dio.netty.leakDetection.level=paranoid",
                "-cp",
                System.getProperty("java.class.path"),
                MirrorProgram.class.getName(),
                primary,
                standby,
                scope);
    }

    public void start() {
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code kill -9} does. */
    public void kill() {
        requireRunning();
        end(process().destroyForcibly());
    }

    /** As SIGTERM does; it has to end then. */
    void stop() {
        requireRunning();
        process().destroy();
        end(process());
    }

    void freeze() {
        requireRunning();
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    void requireRunning() {
        if (!process().isAlive()) {
            throw new AssertionError(
                    "The mirror ended by itself, with exit code " + process().exitValue());
        }
    }

    /** How much memory it has, in MiB; 0 where the operating system does not tell. */
    long residentMebibytes() {
        Path status = Path.of("/proc", Long.toString(process().pid()), "status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The lines of its log that tell of a leak. */
    List<String> signsOfALeak() {
        return read().lines()
                .filter(line -> SIGNS_OF_A_LEAK.stream().anyMatch(line::contains))
                .collect(Collectors.toList());
    }

    String logTail() {
        String all = read();
        return all.substring(Math.max(0, all.length() - LOG_TAIL));
    }

    private String read() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process process() {
        if (process == null) {
            throw new IllegalStateException("The mirror was never started.");
        }
        return process;
    }

    private void signal(String signal) {
        try {
            end(new ProcessBuilder("kill", "-" + signal, Long.toString(process().pid())).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void end(Process process) {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("process " + process.pid() + " did not end when told to");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            end(process.destroyForcibly());
        }
    }
}
