package io.drkit.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Looks all the time at every process's command line and environment, and at the files that others can read, for secrets. */
final class Watcher implements AutoCloseable {

    private final Path folder;
    private final List<String> secrets;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Set<String> commands = ConcurrentHashMap.newKeySet();
    private final AtomicInteger rounds = new AtomicInteger();
    private final Thread thread = new Thread(this::watch, "watcher");
    private volatile boolean closed;

    Watcher(Path folder, String... secrets) {
        this.folder = folder;
        this.secrets = Arrays.asList(secrets);
        thread.setDaemon(true);
        thread.start();
    }

    /** Where secrets were seen. */
    Set<String> seen() {
        return seen;
    }

    int rounds() {
        return rounds.get();
    }

    /** Whether it saw a process of each of these programs. */
    boolean sawCommand(String... programs) {
        return Stream.of(programs).allMatch(program -> commands.stream().anyMatch(line -> line.contains(program)));
    }

    @Override
    public void close() {
        closed = true;
    }

    private void watch() {
        while (!closed) {
            try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
                processes
                        .filter(path ->
                                Character.isDigit(path.getFileName().toString().charAt(0)))
                        .forEach(this::look);
            } catch (IOException | UncheckedIOException e) {
                // It changed meanwhile.
            }
            lookAtFiles();
            rounds.incrementAndGet();
        }
    }

    private void look(Path process) {
        String line = read(process.resolve("cmdline")).replace('\0', ' ');
        commands.add(line);
        report(process + "/cmdline: " + line, line);
        report(process + "/environ of " + line, read(process.resolve("environ")));
    }

    private void lookAtFiles() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                if (isOpenToOthers(file)) {
                    report(file.toString(), read(file));
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // It changed meanwhile.
        }
    }

    /** By its own mode, and by those of the folders it was found in. */
    private boolean isOpenToOthers(Path file) {
        try {
            if (!Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                return false;
            }
            for (Path above = file.getParent(); above != null && !above.equals(folder); above = above.getParent()) {
                if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void report(String where, String text) {
        if (secrets.stream().anyMatch(text::contains)) {
            seen.add(where);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
