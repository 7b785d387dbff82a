package io.drkit.examples;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Processes of {@link MortalRunbook}, one after another. A JVM takes long to load what a runbook needs: so the next one gets ready while one runs, and all
 * map an archive of classes that the first one leaves.
 */
final class MortalProcesses implements AutoCloseable {

    private final WholePlatform platform;
    private final Path folder;
    private final String classPath;
    private final Path archive;
    private @Nullable Waiting next;
    private int started;

    /** @param folder for what they print */
    MortalProcesses(WholePlatform platform, Path folder) throws IOException {
        this.platform = platform;
        this.folder = folder;
        archive = folder.resolve("classes.jsa");
        // An archive can be of jars only.
        List<String> jars =
                new ArrayList<>(List.of(folder.resolve("classes.jar").toString()));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve("classes.jar")))) {
            Set<String> names = new HashSet<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                if (Files.isDirectory(Path.of(entry))) {
                    add(Path.of(entry), jar, names);
                } else {
                    jars.add(entry);
                }
            }
        }
        classPath = String.join(File.pathSeparator, jars);
    }

    private static void add(Path classes, JarOutputStream jar, Set<String> names) throws IOException {
        jar.setLevel(0);
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(file).toString();
                if (names.add(name)) {
                    jar.putNextEntry(new ZipEntry(name));
                    Files.copy(file, jar);
                    jar.closeEntry();
                }
            }
        }
    }

    private record Waiting(Process process, Path log) {

        End tell(String runbook, MortalRunbook.Moment moment, Set<String> steps)
                throws IOException, InterruptedException {
            try (OutputStream in = process.getOutputStream()) {
                in.write("%s %s %s%n"
                        .formatted(runbook, moment, String.join(",", steps))
                        .getBytes(StandardCharsets.UTF_8));
            }
            return end();
        }

        private End end() throws IOException, InterruptedException {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("It did not end: " + Files.readString(log));
            }
            String said = Files.readString(log);
            String killed = said.lines()
                    .filter(line -> line.startsWith("killed "))
                    .map(line -> line.substring("killed ".length()))
                    .findFirst()
                    .orElse("");
            return new End(process.exitValue(), killed, said);
        }
    }

    /**
     * How one ended.
     *
     * @param killed the step at whose moment it was; empty when it came to its own end
     */
    record End(int code, String killed, String log) {

        boolean isKilled() {
            return code == 128 + 9 && !killed.isEmpty();
        }
    }

    /** One that nobody kills, and that leaves the archive. */
    End first(String runbook) {
        return ended(() ->
                start("-XX:ArchiveClassesAtExit=" + archive).tell(runbook, MortalRunbook.Moment.NEVER, Set.of("none")));
    }

    /** Runs the runbook, or goes on with it, until one of the steps comes to the moment. */
    End run(String runbook, MortalRunbook.Moment moment, Set<String> steps) {
        return ended(() -> {
            Waiting now = next == null ? start() : next;
            next = start();
            return now.tell(runbook, moment, steps);
        });
    }

    private interface Running {
        End end() throws IOException, InterruptedException;
    }

    private static End ended(Running running) {
        try {
            return running.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Waiting start() throws IOException {
        return start(Files.exists(archive) ? "-XX:SharedArchiveFile=" + archive : "-Xshare:auto");
    }

    private Waiting start(String sharing) throws IOException {
        started++;
        Path log = folder.resolve("process-" + started);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        sharing,
                        "-Xlog:cds=off,cds+dynamic=off",
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        MortalRunbook.class.getName(),
                        platform.config().toString(),
                        platform.standby.etcd.endpoint(0))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new Waiting(process, log);
    }

    @Override
    public void close() {
        if (next != null) {
            next.process().destroyForcibly();
        }
    }
}
