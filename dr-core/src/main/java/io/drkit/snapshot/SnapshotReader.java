package io.drkit.snapshot;

import io.drkit.UnsafeToProceedException;
import java.nio.file.Path;

/** Reads snapshots' files of one kind of store; needs none of its programs. Thread-safe. */
public interface SnapshotReader {

    /**
     * Reads all of a file, in constant memory, and compares its checksum.
     *
     * @throws UnsafeToProceedException when it is no such snapshot, or truncated, or changed
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    SnapshotContent read(Path file);
}
