package io.drkit.volsync;

import io.drkit.volsync.StandInNetwork.MoverFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Moves files as VolSync's rsync-TLS mover does, in two passes: what differs, a file at a time, each whole or not at all; then what the source does not have
 * is deleted, all of it if the source is empty. An end in between leaves the destination half-written.
 */
final class RsyncLike {

    /** Lets the next file pass. */
    interface Checkpoint {
        void before(int files) throws MoverFailure, InterruptedException;
    }

    private static final String PARTIAL = ".rsync-";

    private final Path source;
    private final Path destination;
    private long sent;
    private long total;

    RsyncLike(Path source, Path destination) {
        this.source = source;
        this.destination = destination;
    }

    String run(Checkpoint checkpoint) throws MoverFailure, InterruptedException {
        try {
            int moved = copy(checkpoint);
            checkpoint.before(moved);
            delete();
        } catch (IOException | UncheckedIOException e) {
            throw new MoverFailure("rsync: [receiver] " + e);
        }
        return log();
    }

    private int copy(Checkpoint checkpoint) throws IOException, MoverFailure, InterruptedException {
        int moved = 0;
        for (Path path : VolumeFolders.tree(source)) {
            Path target = destination.resolve(source.relativize(path).toString());
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(target);
            } else if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && differs(path, target)) {
                checkpoint.before(moved);
                moved += copy(path, target);
            }
        }
        return moved;
    }

    /** Returns how many files it moved: none when a live folder has it no longer, of which rsync only warns. */
    private int copy(Path path, Path target) throws IOException {
        Path partial = target.resolveSibling(PARTIAL + target.getFileName());
        try {
            Files.copy(path, partial, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            return 0;
        }
        Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
        sent += Files.size(target);
        return 1;
    }

    /** By size and time, as rsync does; a time of finer grain than rsync has, for tests write several times a second. */
    private static boolean differs(Path path, Path target) throws IOException {
        return !Files.exists(target, LinkOption.NOFOLLOW_LINKS)
                || Files.size(path) != Files.size(target)
                || !Files.getLastModifiedTime(path).equals(Files.getLastModifiedTime(target));
    }

    private void delete() throws IOException {
        List<Path> there = new ArrayList<>(VolumeFolders.tree(destination));
        Collections.reverse(there);
        Map<String, Path> files = VolumeFolders.files(source);
        for (Path file : files.values()) {
            total += Files.size(file);
        }
        for (Path path : there) {
            String name = destination.relativize(path).toString();
            boolean wanted = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                    ? Files.isDirectory(source.resolve(name))
                    : files.containsKey(name);
            if (!wanted) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Two passes tell of themselves; only the first, with {@code -h}, shortens numbers. */
    private String log() {
        double received = 35;
        double moved = sent + 120;
        return String.format(
                Locale.ROOT,
                """
                %ssent %s bytes  received %s bytes  %s bytes/sec
                total size is %s  speedup is %.2f
                sent %,d bytes  received %,d bytes  %,.2f bytes/sec
                total size is %,d  speedup is %.2f
                rsync completed in 0s""",
                total == 0 ? "Skipping sync of empty source directory\n" : "",
                shortened(moved),
                shortened(received),
                shortened(2 * (moved + received)),
                shortened((double) total),
                total / (moved + received),
                120,
                35,
                310.0,
                total,
                total / (120 + received));
    }

    private static String shortened(double number) {
        if (number < 1000) {
            return String.format(Locale.ROOT, number == Math.rint(number) ? "%.0f" : "%.2f", number);
        }
        return number < 1_000_000
                ? String.format(Locale.ROOT, "%.2fK", number / 1000)
                : String.format(Locale.ROOT, "%.2fM", number / 1_000_000);
    }
}
