package io.drkit.snapshot;

import io.drkit.UnsafeToProceedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where snapshots are kept. Each is there whole, with its manifest, or not at all: its manifest is what makes it one. Thread-safe.
 *
 * <p>What is wrong with a file system is an {@link IOException}; a host that does not answer is a {@link io.drkit.SiteUnreachableException}.
 */
public interface SnapshotStore {

    /** How this place is named in messages. */
    String name();

    /** All that is there, oldest first. What is under way, or not one, is left out. */
    List<Kept> list() throws IOException;

    /**
     * Keeps a snapshot. Its checksum is compared where it was brought to.
     *
     * @param file its content; one that lies in this very place already is not copied, but takes its name
     * @return its manifest, under another name where the name was taken by another
     * @throws UnsafeToProceedException when what arrived is not what was sent
     */
    Snapshot put(Path file, Snapshot snapshot, SnapshotSource.Progress progress) throws IOException;

    /** Writes a snapshot's content to a file, which must not be there yet and which only its owner may read. */
    void fetch(Snapshot snapshot, Path file, SnapshotSource.Progress progress) throws IOException;

    /** Removes a snapshot, its manifest first; one that is not there is no error. */
    void delete(Snapshot snapshot) throws IOException;

    /**
     * @param flaw what is wrong with it, seen from outside: its file is missing or of another size; empty where nothing is
     */
    record Kept(Snapshot snapshot, String flaw) {

        /** Whether it looks right, from outside. */
        public boolean isSound() {
            return flaw.isEmpty();
        }
    }
}
