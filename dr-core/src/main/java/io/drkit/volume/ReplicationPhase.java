package io.drkit.volume;

/** How it stands with the replication of a claim from a source to a destination. */
public enum ReplicationPhase {
    /** Not set up. */
    UNPROTECTED,
    /** Set up, or partly, and no sync has come through yet. */
    STARTING,
    /** Waits for its next sync. */
    IDLE,
    SYNCING,
    /** The last sync failed, is overdue, or cannot come through. */
    FAILING,
    /** One of the two sites does not answer. */
    UNKNOWN,
    /** The claim was moved: its application runs, or is to run, at the destination. */
    SWITCHED
}
