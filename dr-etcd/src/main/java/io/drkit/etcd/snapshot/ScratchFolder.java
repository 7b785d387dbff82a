package io.drkit.etcd.snapshot;

import io.drkit.SiteUnreachableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A fresh folder that only its owner may enter, for it holds every secret of a platform. It goes away when it is closed, and also when this process
 * is killed: a shell waits for its standard input to end, which it does with this process, and then ends whatever runs in the folder and deletes it.
 */
final class ScratchFolder implements AutoCloseable {

    /** Signals from the terminal, meant for this process, must not end it. */
    private static final String WATCH = """
            trap '' HUP INT QUIT TERM
            while read -r _; do :; done
            for each in /proc/[0-9]*; do
              [ "$(readlink "$each/cwd" 2>/dev/null)" = "$1" ] && kill -9 "${each#/proc/}"
            done
            rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
            """;

    private final Path path;
    private final Process watch;

    private ScratchFolder(Path path, Process watch) {
        this.path = path;
        this.watch = watch;
    }

    static ScratchFolder in(Path parent) {
        Path path;
        try {
            path = Files.createTempDirectory(
                            parent,
                            "drkit-scratch",
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                    .toRealPath();
        } catch (IOException e) {
            throw new SiteUnreachableException(
                    "No folder to restore a snapshot in could be made in " + parent + " (" + e + "). Name another one.",
                    e);
        }
        try {
            Process watch = new ProcessBuilder("sh", "-c", WATCH, "sh", path.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new ScratchFolder(path, watch);
        } catch (IOException e) {
            delete(path);
            throw new SiteUnreachableException("No shell could be started (" + e.getMessage() + ").", e);
        }
    }

    Path path() {
        return path;
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** Deletes it. What runs in it is to be ended before. Idempotent. */
    @Override
    public void close() {
        delete(path);
        watch.destroyForcibly();
    }

    private static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path each, java.io.IOException failure) throws IOException {
                    Files.deleteIfExists(each);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            // Deleted by two at once: the other one goes on.
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The folder " + folder + " could not be deleted. It holds secrets: delete it.", e);
        }
    }
}
