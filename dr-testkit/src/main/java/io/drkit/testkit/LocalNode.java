package io.drkit.testkit;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * This machine as a node: for tests of what is done on nodes, where how they are reached does not matter. Commands run as the user who runs the
 * tests.
 */
public final class LocalNode implements NodeAccess {

    private final String name;

    public LocalNode(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized CommandResult run(NodeCommand command) {
        if (Thread.currentThread().isInterrupted()) {
            throw new SiteUnreachableException(name + ": interrupted before " + command.title() + " was started.");
        }
        Process process;
        try {
            process = new ProcessBuilder(command.arguments()).start();
        } catch (IOException e) {
            // As a shell puts it.
            return new CommandResult(
                    127, Bytes.EMPTY, Bytes.utf8(command.arguments().get(0) + ": not found\n"), false);
        }
        CompletableFuture<Kept> out = read(process.getInputStream(), command.outputLimit());
        CompletableFuture<Kept> err = read(process.getErrorStream(), command.outputLimit());
        CompletableFuture<Void> in =
                CompletableFuture.runAsync(() -> write(process, command.input()), LocalNode::start);
        try {
            if (!process.waitFor(command.deadline().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new OutcomeUnknownException(
                        name + ": " + command.title() + " did not end within " + command.deadline() + ".", null);
            }
            return new CommandResult(
                    process.exitValue(),
                    out.join().bytes(),
                    err.join().bytes(),
                    out.join().more() || err.join().more());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException(name + ": interrupted during " + command.title() + ".", e);
        } finally {
            Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList()
                    .forEach(ProcessHandle::destroy);
            in.cancel(true);
        }
    }

    @Override
    public void close() {}

    private record Kept(Bytes bytes, boolean more) {}

    private static CompletableFuture<Kept> read(InputStream stream, int limit) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        Bytes kept = Bytes.wrap(stream.readNBytes(limit));
                        return new Kept(kept, stream.skip(Long.MAX_VALUE) > 0);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                LocalNode::start);
    }

    private static void write(Process process, Bytes input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.toByteArray());
        } catch (IOException e) {
            // It ended without reading; its exit code tells.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "local-node");
        thread.setDaemon(true);
        thread.start();
    }
}
