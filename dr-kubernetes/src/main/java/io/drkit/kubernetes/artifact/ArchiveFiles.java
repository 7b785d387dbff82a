package io.drkit.kubernetes.artifact;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The YAML files of an archive, or of a folder into which one was unpacked. Nothing is ever written where an entry says; an archive that asks for what an honest
 * one has no need of is refused all the same, for somebody made it so.
 */
final class ArchiveFiles {

    /** More than any cluster has in the namespaces of one application, and few enough to be counted through. */
    private static final int MOST_ENTRIES = 200_000;

    private final Path archive;
    private final boolean folder;

    ArchiveFiles(Path archive) throws IOException {
        this.archive = archive;
        this.folder = Files.isDirectory(archive);
        if (!Files.exists(archive)) {
            throw new NoSuchFileException(archive.toString());
        }
    }

    /** What is done with a file. */
    interface Visitor {
        void file(String path, byte[] content);
    }

    /**
     * Gives the files that are wanted, by their paths, in a fixed order.
     *
     * @throws IllegalArgumentException when it is no archive, or holds what has no place in one
     */
    void each(Predicate<String> wanted, Visitor visitor) throws IOException {
        if (folder) {
            walk(wanted, visitor);
        } else {
            untar(wanted, visitor);
        }
    }

    IllegalArgumentException refused(String why) {
        return new IllegalArgumentException(archive + " " + why + ".");
    }

    IllegalArgumentException refused(String path, String why) {
        return new IllegalArgumentException(archive + ": " + path + " " + why + ".");
    }

    private void walk(Predicate<String> wanted, Visitor visitor) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(archive)) {
            files = all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            String path = archive.relativize(file).toString();
            if (isYaml(path) && wanted.test(path)) {
                if (Files.size(file) > Yaml.LARGEST) {
                    throw refused(path, "is larger than any object");
                }
                visitor.file(path, Files.readAllBytes(file));
            }
        }
    }

    private void untar(Predicate<String> wanted, Visitor visitor) throws IOException {
        if (!isGzip()) {
            throw refused("is no tar.gz of `drkit artifacts export`, nor a folder");
        }
        int entries = 0;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(file), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String path = entry.getName();
                check(entry);
                if (++entries > MOST_ENTRIES) {
                    throw refused("holds more than " + MOST_ENTRIES + " files");
                }
                if (entry.isFile() && isYaml(path) && wanted.test(path)) {
                    byte[] content = tar.readNBytes(Math.toIntExact(entry.getSize()));
                    if (content.length < entry.getSize()) {
                        throw new EOFException();
                    }
                    visitor.file(path, content);
                }
            }
        } catch (EOFException | ZipException e) {
            throw refused("is cut off or damaged: fetch it again");
        } catch (IOException e) {
            throw refused("is damaged, or no tar inside");
        }
        if (entries == 0) {
            throw refused("holds nothing");
        }
    }

    private boolean isGzip() throws IOException {
        try (InputStream file = Files.newInputStream(archive)) {
            return Arrays.equals(file.readNBytes(2), new byte[] {0x1f, (byte) 0x8b});
        }
    }

    private void check(TarArchiveEntry entry) {
        String path = entry.getName();
        if (path.startsWith("/") || Arrays.asList(path.split("/", -1)).contains("..")) {
            throw refused("holds the path " + printable(path) + ", which leads out of it");
        }
        if ((!entry.isFile() && !entry.isDirectory()) || entry.isLink() || entry.isSymbolicLink()) {
            throw refused(printable(path), "is neither a file nor a folder");
        }
        if (entry.getSize() > Yaml.LARGEST) {
            throw refused(printable(path), "is larger than any object");
        }
    }

    private static String printable(String path) {
        return path.replaceAll("\\p{Cntrl}", "?");
    }

    /** Not what file managers and editors leave beside them. */
    private static boolean isYaml(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
    }
}
