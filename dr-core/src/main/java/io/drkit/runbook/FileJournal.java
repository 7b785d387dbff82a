package io.drkit.runbook;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.PrivateFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** A run in a file of this machine, its owner's alone: replaced in one step and through to the disk at each write. */
public final class FileJournal implements Journal {

    private final Path file;
    private final FileChannel lock;

    private FileJournal(Path file, FileChannel lock) {
        this.file = file;
        this.lock = lock;
    }

    /**
     * Opens it; the file need not exist, but its folder must.
     *
     * @throws UnsafeToProceedException when another process has it open
     * @throws IllegalArgumentException when it cannot be read or written
     */
    public static FileJournal open(Path file) {
        try {
            FileChannel lock = FileChannel.open(
                    file.resolveSibling("." + file.getFileName() + ".lock"),
                    EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (!isLocked(lock)) {
                lock.close();
                throw new UnsafeToProceedException("Another process on this machine is running a runbook by " + file
                        + ". Wait until it has ended.");
            }
            PrivateFile.clear(List.of(file));
            return new FileJournal(file, lock);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read or write " + file + ": " + e.getMessage() + ".", e);
        }
    }

    private static boolean isLocked(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public Optional<RunRecord> read() {
        try {
            return Files.exists(file)
                    ? Optional.of(RunRecord.parse(Files.readString(file), file.toString()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UnsafeToProceedException("Cannot read " + file + ": " + e.getMessage() + ".");
        }
    }

    @Override
    public void write(RunRecord record) {
        try {
            PrivateFile.write(file, record.toJson());
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new OutcomeUnknownException("It was stopped while " + file + " was written.", e);
            }
            throw new UnsafeToProceedException("Cannot write " + file + ": " + e.getMessage() + ".");
        }
    }

    @Override
    public boolean isHeld() {
        return lock.isOpen();
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // The lock goes with the process.
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
