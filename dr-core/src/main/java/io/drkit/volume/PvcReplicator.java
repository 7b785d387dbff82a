package io.drkit.volume;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.util.Map;
import java.util.Optional;

/**
 * Replicates claims from one site, the source, to another, the destination: all that DrKit asks of a vendor. A backend proves itself by extending
 * {@code PvcReplicatorContract} of dr-testkit. Whole applications are moved by {@link PvcSwitchover}, which stops and starts what writes.
 *
 * <p>Every verb is idempotent, may be killed anywhere, and goes on when it is run again: what it needs to know is at the sites. Nothing is deleted that
 * DrKit did not create. Every call blocks, has a deadline of the implementation's, and ends early when its thread is interrupted. Every call throws
 * {@link SiteUnreachableException} when a site that it needs does not answer, {@link OutcomeUnknownException} when it is not known whether a write
 * happened or something did not come about in time, and {@link UnsafeToProceedException} when going on could lose data, or a right, a class or the
 * vendor's operator is missing; each in one sentence. Thread-safe.
 */
public interface PvcReplicator {

    /** How the source is named in messages. */
    String source();

    /** How the destination is named in messages. */
    String destination();

    /** The same vendor and sites, the other way round. */
    PvcReplicator reversed();

    /** How it stands, as far as the sites answer; a site that does not is a note. Changes nothing. */
    ReplicationStatus status(Claim claim);

    /**
     * Sets up, or puts right, what replicates a claim; on its schedule, if there is one. The destination's claim is created when it is absent. What
     * such a claim holds that was not replicated from here is kept as a snapshot first. Returns when syncs can come through, and waits for none.
     *
     * @throws UnsafeToProceedException also when the claim is active at the destination, in use there, or too small
     */
    ReplicationStatus protect(Claim claim);

    /**
     * Brings the destination level with the source once, and tells how far. The sync <em>began</em> after this call did; one that ran already does not
     * count.
     *
     * @throws UnsafeToProceedException also when the claim is not protected, and for the {@link VolumeRisk}s; when the sync turned out to have
     *     brought much less than the one before, the earlier snapshot is kept, and the message names it
     */
    RecoveryPoint sync(Claim claim);

    /**
     * Looks whether a sync of the source as it is now is one of the {@link VolumeRisk}s, as far as that can be told before it. To be called while the
     * application still runs, before it is stopped for a {@link #finalSync}: many a vendor cannot measure what nothing mounts. Changes nothing.
     */
    void checkSource(Claim claim);

    /**
     * The last sync of a claim whose workloads were stopped, which is handed over next: as {@link #sync}, but only the claim at the destination is level
     * then, no snapshot of it is waited for, and a schedule may rest until {@link #record} or {@link #protect}.
     */
    RecoveryPoint finalSync(Claim claim);

    /**
     * Records at the destination what the last sync brought, which the vendor ran by its schedule, and keeps its snapshot with the earlier ones: after a
     * disaster the source cannot be asked. To be called now and then, best between any two syncs.
     *
     * @param workloads what mounts the claim at the source, and how many replicas, by name; what is recorded stays when it is empty
     * @return the newest recovery point; empty while no sync has come through
     */
    Optional<RecoveryPoint> record(Claim claim, Map<String, Integer> workloads);

    /**
     * Ends the replication after a {@link #finalSync}, so that the application can start at the destination: the source can push no more, nothing mounts
     * the destination's claim, and both sites remember that it was moved. Workloads must have been stopped before the final sync.
     */
    void handOver(Claim claim);

    /**
     * Makes the destination's claim what a recovery point holds, without asking the source, and so that the source can push no more should it come
     * back. For a failover. The volume that received may be half-written, and is put right.
     *
     * @param image the snapshot to go back to; empty for the newest
     * @return what the claim holds now
     * @throws UnsafeToProceedException also when there is no recovery point, or the claim is in use
     */
    RecoveryPoint restore(Claim claim, String image);

    /** Ends the replication, and removes what it was made of on both sites. Claims, and the snapshots that were kept, stay. */
    void unprotect(Claim claim);
}
