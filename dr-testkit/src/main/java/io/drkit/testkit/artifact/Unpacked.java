package io.drkit.testkit.artifact;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Archives as the program {@code tar} reads and writes them, for it is what people have. */
public final class Unpacked {

    private Unpacked() {}

    /** The files of an archive by path, with what they hold. */
    public static SortedMap<String, String> of(Path archive) {
        try {
            Path folder = into(archive, Files.createTempDirectory("unpacked"));
            SortedMap<String, String> files = new TreeMap<>();
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    files.put(folder.relativize(file).toString(), Files.readString(file));
                }
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unpacks an archive into a folder that is there, and returns that. */
    public static Path into(Path archive, Path folder) {
        run(List.of("tar", "xzf", archive.toString(), "-C", folder.toString()));
        return folder;
    }

    /** Packs a folder as people do it. */
    public static Path packed(Path folder, Path archive) {
        run(List.of("tar", "czf", archive.toString(), "-C", folder.toString(), "."));
        return archive;
    }

    private static void run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
