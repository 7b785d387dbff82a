package io.drkit.volsync.resource;

/** Names that VolSync gives to things, from its sources. */
public final class VolSync {

    public static final String GROUP = "volsync.backube";
    public static final String VERSION = "v1alpha1";

    /** The condition that tells what a resource does; its reasons follow. */
    public static final String SYNCHRONIZING = "Synchronizing";

    public static final String SYNC_IN_PROGRESS = "SyncInProgress";
    public static final String WAITING_FOR_SCHEDULE = "WaitingForSchedule";
    public static final String WAITING_FOR_MANUAL = "WaitingForManual";
    public static final String CLEANING_UP = "CleaningUp";
    public static final String ERROR = "Error";

    /** A label: VolSync keeps such a snapshot when a newer one has come, and gives up owning it. */
    public static final String DO_NOT_DELETE = "volsync.backube/do-not-delete";

    /** A label: VolSync deletes what bears it after a sync; its value is the uid of the resource. */
    public static final String CLEANUP = "volsync.backube/cleanup";

    /** An annotation of a claim that receives: the snapshot that a receiver is about to take of it, until it has cleaned up. */
    public static final String SNAPSHOT_NAME = "volsync.backube/snapname";

    /** An annotation of the namespace with value {@code true}: movers may keep owners and modes of files. */
    public static final String PRIVILEGED_MOVERS = "volsync.backube/privileged-movers";

    /** The port on which a mover listens. */
    public static final int PORT = 8000;

    private VolSync() {}

    /** The Service that a ReplicationDestination with rsync over TLS owns. */
    public static String service(String destination) {
        return "volsync-rsync-tls-dst-" + destination;
    }
}
