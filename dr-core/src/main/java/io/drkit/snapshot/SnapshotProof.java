package io.drkit.snapshot;

import java.util.List;

/**
 * What a snapshot holds, as it was served, and whether that is what it should be.
 *
 * @param revision up to which it holds everything
 * @param keys how many it holds at that revision
 * @param samples how many keys of the manifest's sample were looked at
 * @param living how it compares with the site it was taken from
 * @param differences what is not as it should be, in sentences; empty if all is right
 */
public record SnapshotProof(long revision, long keys, int samples, Living living, List<String> differences) {

    /** How a snapshot compares with the living site. */
    public enum Living {
        /** It was not asked. */
        NOT_COMPARED,
        /** At the snapshot's revision it holds as many keys, and the same of those looked at. */
        EQUAL,
        /** It does not; what differs is told. */
        DIFFERENT,
        /** It has compacted the snapshot's revision away, so that there is nothing to compare with. */
        COMPACTED
    }

    public SnapshotProof {
        differences = List.copyOf(differences);
    }

    /** Whether nothing differs. */
    public boolean isSound() {
        return differences.isEmpty();
    }
}
