package io.drkit.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Collects what anybody on this machine could see meanwhile: every command line, and every file of a folder that others can read. */
final class Onlooker implements AutoCloseable {

    private final Path folder;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Thread thread = new Thread(this::look, "onlooker");
    private volatile boolean closed;

    Onlooker(Path folder) {
        this.folder = folder;
        thread.setDaemon(true);
        thread.start();
    }

    Set<String> seen() {
        return seen;
    }

    private void look() {
        while (!closed) {
            try (Stream<Path> processes = Files.list(Path.of("/proc"));
                    Stream<Path> files = Files.walk(folder)) {
                processes.map(process -> process.resolve("cmdline")).forEach(this::keep);
                files.filter(Onlooker::isOpenToOthers).forEach(this::keep);
            } catch (IOException | UncheckedIOException e) {
                // It changed meanwhile.
            }
        }
    }

    private static boolean isOpenToOthers(Path file) {
        try {
            return Files.isRegularFile(file)
                    && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException e) {
            return false;
        }
    }

    private void keep(Path file) {
        try {
            seen.add(file + ": " + new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // It is gone, or no process's.
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
