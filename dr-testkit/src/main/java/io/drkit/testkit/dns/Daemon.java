package io.drkit.testkit.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One name server's process, its folder and its log: what the fixtures of this package have in common. */
final class Daemon implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LOG_TAIL = 4_000;

    final Path folder;
    private final String program;
    private final Path log;
    private final Thread atExit = new Thread(this::killAndDelete, "delete test name server");
    private List<String> command = List.of();
    private @Nullable Process process;

    Daemon(String program) {
        try {
            this.folder = Files.createTempDirectory("drkit-" + program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.program = program;
        this.log = folder.resolve("log");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** A port that is free for TCP and UDP at a loopback address. */
    static int freePort(String address) {
        for (int attempt = 0; attempt < 50; attempt++) {
            try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getByName(address))) {
                new DatagramSocket(tcp.getLocalSocketAddress()).close();
                return tcp.getLocalPort();
            } catch (IOException e) {
                // Taken for UDP: another one.
            }
        }
        throw new IllegalStateException("No free port for TCP and UDP at " + address);
    }

    /** The path of an installed program. */
    static String program(String name) {
        return Stream.of("/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/")
                .map(folder -> folder + name)
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " is not installed; script/setup installs it."));
    }

    Path write(String file, String content) {
        try {
            return Files.writeString(folder.resolve(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the process and waits until it is ready. */
    synchronized void start(List<String> command, BooleanSupplier ready) {
        this.command = command;
        start(ready);
    }

    /** Starts it again, as before. */
    synchronized void start(BooleanSupplier ready) {
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ready.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                String log = logTail();
                kill();
                throw new IllegalStateException(program + " did not become ready: " + log);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    synchronized void kill() {
        if (process != null) {
            process.destroyForcibly();
            try {
                process.waitFor(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Stops it in its tracks ({@code STOP}), or lets it go on ({@code CONT}). */
    synchronized void signal(String signal) {
        if (process == null) {
            throw new IllegalStateException(program + " was never started.");
        }
        Tool.run(List.of("kill", "-" + signal, Long.toString(process.pid())), Map.of(), "");
        if (signal.equals("STOP")) {
            awaitStopped(process.pid());
        }
    }

    /** On a busy machine a thread of it may answer once more before the signal reaches it. */
    private static void awaitStopped(long pid) {
        while (!isStopped(pid)) {
            Thread.onSpinWait();
        }
    }

    private static boolean isStopped(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String logTail() {
        try {
            String all = Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
            return all.substring(Math.max(0, all.length() - LOG_TAIL));
        } catch (IOException e) {
            return "(its log cannot be read: " + e + ")";
        }
    }

    @Override
    public void close() {
        killAndDelete();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is being stopped.
        }
    }

    private synchronized void killAndDelete() {
        kill();
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
