package io.drkit.runbook;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.LockFile;
import io.drkit.file.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A run in a file of this machine, its owner's alone: replaced in one step and through to the disk at each write. */
public final class FileJournal implements Journal {

    private final Path file;
    private final LockFile lock;

    private FileJournal(Path file, LockFile lock) {
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
            LockFile lock = LockFile.of(file)
                    .orElseThrow(() ->
                            new UnsafeToProceedException("Another process on this machine is running a runbook by "
                                    + file + ". Wait until it has ended."));
            try {
                // What a write of an earlier process left that came to an end in the midst.
                PrivateFile.clear(List.of(file));
                return new FileJournal(file, lock);
            } catch (IOException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read or write " + file + ": " + e.getMessage() + ".", e);
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
        return lock.isHeld();
    }

    @Override
    public void close() {
        lock.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
