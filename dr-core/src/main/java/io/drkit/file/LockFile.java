package io.drkit.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The right to work with a file, which one process at a time has: a lock on a hidden file beside it, which goes with the process. */
public final class LockFile implements AutoCloseable {

    /** Not to be opened again here: on POSIX systems, closing a file ends every lock that the process has on it ({@code fcntl(2)}). */
    private static final Set<Path> OF_THIS_PROCESS = ConcurrentHashMap.newKeySet();

    /** To close one would end the lock. */
    private static final Set<FileChannel> NEVER_CLOSED = ConcurrentHashMap.newKeySet();

    private final Path hidden;
    private final FileChannel lock;

    private LockFile(Path hidden, FileChannel lock) {
        this.hidden = hidden;
        this.lock = lock;
    }

    /**
     * Takes it; the file itself need not exist, but its folder must.
     *
     * @return empty when another process, or another part of this one, has it
     * @throws IOException when the file beside it cannot be written
     */
    public static Optional<LockFile> of(Path file) throws IOException {
        Path hidden = beside(file);
        try {
            Files.createFile(
                    hidden, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // Of an earlier lock.
        }
        return ofExisting(file);
    }

    /**
     * As {@link #of}, but makes nothing.
     *
     * @throws NoSuchFileException when nobody ever took it
     */
    public static Optional<LockFile> ofExisting(Path file) throws IOException {
        // By its one real name, whichever way the file was named.
        Path hidden = beside(file).toRealPath();
        if (!OF_THIS_PROCESS.add(hidden)) {
            return Optional.empty();
        }
        Optional<LockFile> taken = Optional.empty();
        try {
            taken = take(hidden);
        } finally {
            if (taken.isEmpty()) {
                OF_THIS_PROCESS.remove(hidden);
            }
        }
        return taken;
    }

    /** The hidden file; it stays when the lock goes. */
    public static Path beside(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".lock");
    }

    private static Optional<LockFile> take(Path hidden) throws IOException {
        FileChannel lock = FileChannel.open(hidden, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() != null) {
                return Optional.of(new LockFile(hidden, lock));
            }
        } catch (OverlappingFileLockException e) {
            // This process has it by a name that looks like another file's: a hard link, a bind mount, a folder that
            // was renamed.
            NEVER_CLOSED.add(lock);
            return Optional.empty();
        } catch (IOException e) {
            lock.close();
            throw e;
        }
        lock.close();
        return Optional.empty();
    }

    public boolean isHeld() {
        return lock.isOpen();
    }

    /** Gives it up. Idempotent. */
    @Override
    public synchronized void close() {
        if (!lock.isOpen()) {
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            // It goes with the process.
        } finally {
            OF_THIS_PROCESS.remove(hidden);
        }
    }
}
