package io.drkit.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;

/** The right to work with a file, which one process at a time has: a lock on a hidden file beside it, which goes with the process. */
public final class LockFile implements AutoCloseable {

    private final FileChannel lock;

    private LockFile(FileChannel lock) {
        this.lock = lock;
    }

    /**
     * Takes it; the file itself need not exist, but its folder must.
     *
     * @return empty when another process, or another part of this one, has it
     * @throws IOException when the file beside it cannot be written
     */
    public static Optional<LockFile> of(Path file) throws IOException {
        FileChannel lock = FileChannel.open(
                file.resolveSibling("." + file.getFileName() + ".lock"),
                EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            if (lock.tryLock() != null) {
                return Optional.of(new LockFile(lock));
            }
        } catch (OverlappingFileLockException e) {
            // This process has it.
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
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // It goes with the process.
        }
    }
}
