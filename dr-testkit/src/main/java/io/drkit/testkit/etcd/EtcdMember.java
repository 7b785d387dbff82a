package io.drkit.testkit.etcd;

import io.drkit.testkit.FreePort;
import io.drkit.testkit.machine.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One etcd process: its ports, its folder, its log, and the signals it is sent. */
final class EtcdMember {

    private static final int LOG_TAIL = 4_000;
    private static final int CLIENT_PORT = 2379;

    final String name;
    final int clientPort;
    final int peerPort;
    final Path data;
    private final Path log;
    private final @Nullable Machine machine;
    private @Nullable Process process;

    /** @param machine where it runs, at the port that clients expect; null for here, at a free one */
    EtcdMember(String name, Path folder, @Nullable Machine machine) {
        this.name = name;
        this.machine = machine;
        this.clientPort = machine == null ? FreePort.next() : CLIENT_PORT;
        this.peerPort = FreePort.next();
        this.data = folder.resolve(name + ".data");
        this.log = folder.resolve(name + ".log");
    }

    String peerUrl() {
        return "http://127.0.0.1:" + peerPort;
    }

    String host() {
        return machine == null ? "127.0.0.1" : machine.address();
    }

    /** The command line that runs a command where it runs. */
    List<String> inside(List<String> command) {
        return machine == null ? command : machine.inside(command);
    }

    synchronized void launch(List<String> command) {
        if (isRunning()) {
            return;
        }
        try {
            process = Command.withoutEtcdVariables(new ProcessBuilder(inside(command)))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    synchronized long pid() {
        if (process == null) {
            throw new IllegalStateException("etcd member " + name + " was never started.");
        }
        return process.pid();
    }

    /** Sends SIGTERM, or SIGKILL, and waits for the end. A frozen process is ended by SIGKILL only. */
    synchronized void end(boolean forcibly) {
        if (process == null) {
            return;
        }
        if (forcibly) {
            process.destroyForcibly();
        } else {
            process.destroy();
        }
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("etcd member " + name + " did not end when told to: " + logTail());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    void signal(String signal) {
        Command.run(List.of("kill", "-" + signal, Long.toString(pid())), Map.of(), "", Duration.ofSeconds(10));
    }

    String logTail() {
        try {
            String all = Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
            return all.substring(Math.max(0, all.length() - LOG_TAIL));
        } catch (IOException e) {
            return "(its log cannot be read: " + e + ")";
        }
    }
}
