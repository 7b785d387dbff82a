package io.drkit.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Files that bear secrets: from their first byte on only their owner may read them, and they are there whole or not at all. */
public final class PrivateFile {

    private static final String PARTIAL = ".partial";
    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private PrivateFile() {}

    /** What a file shall hold, written bit by bit. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * As {@link #write(Map)}, one file that may be larger than memory. A failure of {@code content}, checked or not, is passed on, and then nothing is
     * changed.
     */
    public static void write(Path file, Content content) throws IOException {
        Path partial = create(file);
        try {
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            takePlace(partial, file);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** As {@link #write(Map)}, one file. */
    public static void write(Path file, String content) throws IOException {
        write(Map.of(file, content));
    }

    /**
     * Writes files that only their owner may read, through to the disk; one that is there is replaced in one step. None takes its place before all
     * are written, so that a full disk changes nothing; then they do so one after another.
     *
     * @param files in the order in which they take their places
     * @throws IOException when one cannot be written
     */
    public static void write(Map<Path, String> files) throws IOException {
        Map<Path, Path> partials = new LinkedHashMap<>();
        try {
            for (Map.Entry<Path, String> file : files.entrySet()) {
                partials.put(file.getKey(), partial(file.getKey(), file.getValue()));
            }
            for (Map.Entry<Path, Path> partial : partials.entrySet()) {
                takePlace(partial.getValue(), partial.getKey());
            }
        } finally {
            for (Path partial : partials.values()) {
                Files.deleteIfExists(partial);
            }
        }
    }

    /** Removes what writes of these files left that came to an end in the midst. One that is under way fails by it. */
    public static void clear(Collection<Path> files) throws IOException {
        for (Path file : files) {
            Path folder = file.toAbsolutePath().getParent();
            String name = file.getFileName().toString();
            List<Path> partials;
            try (Stream<Path> all = Files.list(folder)) {
                partials = all.filter(path -> isPartial(path.getFileName().toString(), name))
                        .toList();
            }
            for (Path partial : partials) {
                Files.deleteIfExists(partial);
            }
        }
    }

    /** Between the two there are only digits, which the JDK chose. */
    private static boolean isPartial(String path, String file) {
        return path.startsWith("." + file)
                && path.endsWith(PARTIAL)
                && path.length() >= file.length() + 1 + PARTIAL.length()
                && path.substring(file.length() + 1, path.length() - PARTIAL.length())
                        .chars()
                        .allMatch(Character::isDigit);
    }

    private static Path create(Path file) throws IOException {
        return Files.createTempFile(
                file.toAbsolutePath().getParent(),
                "." + file.getFileName(),
                PARTIAL,
                PosixFilePermissions.asFileAttribute(OWNER));
    }

    private static void takePlace(Path partial, Path file) throws IOException {
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(partial.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static Path partial(Path file, String content) throws IOException {
        Path partial = create(file);
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
            return partial;
        } catch (IOException e) {
            Files.deleteIfExists(partial);
            throw e;
        }
    }

    /** Makes a folder that only its owner may enter; one that is there stays as it is. */
    public static void folder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(folder)) {
                    throw e;
                }
                // Somebody else was quicker.
            }
        }
    }
}
