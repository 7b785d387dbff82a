package io.drkit.volsync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * The storage of a site: a folder for each volume and each snapshot, by the uid of its object. A copy is of one moment, as a CSI snapshot is: whoever writes
 * through {@link #writing} waits meanwhile. It shares files with what it was made of, as such a snapshot does, so whoever writes one makes it anew.
 */
final class VolumeFolders {

    private final Path root;
    private final Map<String, ReadWriteLock> locks = new ConcurrentHashMap<>();
    private final Set<String> present = ConcurrentHashMap.newKeySet();

    VolumeFolders(Path root) {
        this.root = root;
    }

    /** A write of files. */
    interface Write {
        void run() throws IOException;
    }

    Path folder(String uid) {
        return root.resolve(uid);
    }

    boolean has(String uid) {
        return present.contains(uid);
    }

    /** The uids of all that have a folder. */
    Set<String> all() {
        return Set.copyOf(present);
    }

    void create(String uid) {
        run(() -> Files.createDirectories(folder(uid)));
        present.add(uid);
    }

    void copy(String from, String to) {
        ReadWriteLock lock = lock(from);
        lock.writeLock().lock();
        try {
            copyFolder(folder(from), folder(to));
        } finally {
            lock.writeLock().unlock();
        }
        present.add(to);
    }

    void writing(String uid, Write write) {
        ReadWriteLock lock = lock(uid);
        lock.readLock().lock();
        try {
            run(write);
        } finally {
            lock.readLock().unlock();
        }
    }

    void delete(String uid) {
        present.remove(uid);
        locks.remove(uid);
        deleteFolder(folder(uid));
    }

    private ReadWriteLock lock(String uid) {
        return locks.computeIfAbsent(uid, key -> new ReentrantReadWriteLock());
    }

    static void deleteFolder(Path folder) {
        run(() -> {
            while (Files.exists(folder)) {
                try {
                    List<Path> paths = new ArrayList<>(tree(folder));
                    Collections.reverse(paths);
                    for (Path path : paths) {
                        Files.deleteIfExists(path);
                    }
                } catch (DirectoryNotEmptyException e) {
                    // A transfer that is being ended has written once more: try again.
                }
            }
        });
    }

    /** The folder and all in it, parents first; what vanishes meanwhile may be missing. */
    static List<Path> tree(Path folder) {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted(Comparator.naturalOrder()).toList();
        } catch (IOException | UncheckedIOException e) {
            return Files.exists(folder) ? tree(folder) : List.of();
        }
    }

    /** Regular files by their path below the folder, in its order. */
    static Map<String, Path> files(Path folder) {
        Map<String, Path> files = new TreeMap<>();
        for (Path path : tree(folder)) {
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                files.put(folder.relativize(path).toString(), path);
            }
        }
        return files;
    }

    /** The size of all files; those that vanish meanwhile have none. */
    long size(String uid) {
        return files(folder(uid)).values().stream()
                .mapToLong(file -> file.toFile().length())
                .sum();
    }

    private static void copyFolder(Path from, Path to) {
        run(() -> {
            for (Path path : tree(from)) {
                Path copy = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else {
                    Files.deleteIfExists(copy);
                    Files.createLink(copy, path);
                }
            }
        });
    }

    private static void run(Write write) {
        try {
            write.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
