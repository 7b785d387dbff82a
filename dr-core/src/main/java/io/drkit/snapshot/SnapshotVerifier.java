package io.drkit.snapshot;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.KeyStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Proves snapshots by restoring them where nobody else sees it, and reading what is served from that. Writes nothing that outlives the call.
 * Thread-safe.
 */
public interface SnapshotVerifier {

    /**
     * Restores a snapshot and compares it with its manifest, and with the living site too where that still has the snapshot's revision.
     *
     * @param living the site it was taken from; it is only read
     * @return what was found, which need not be what was expected
     * @throws UnsafeToProceedException when it cannot be restored at all
     * @throws SiteUnreachableException when this machine is not up to it (no space, say), or the living site cannot be reached, or the thread
     *     was interrupted; says nothing of the snapshot
     */
    SnapshotProof verify(Path file, Snapshot manifest, Optional<KeyStore> living);

    /** As {@link #verify(Path, Snapshot, Optional)}, with the manifest alone. */
    default SnapshotProof verify(Path file, Snapshot manifest) {
        return verify(file, manifest, Optional.empty());
    }

    /**
     * Makes the manifest of a file that has none: what a snapshot tells of itself once it is served. It does not tell of what cluster and member
     * it was taken, nor when: those stay empty, and the time is when the file was last written.
     *
     * @throws UnsafeToProceedException as {@link #verify}
     * @throws SiteUnreachableException as {@link #verify}
     */
    Snapshot describe(Path file);
}
