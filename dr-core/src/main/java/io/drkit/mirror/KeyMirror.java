package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;

/**
 * Copies the keys of a scope from a primary to a standby, and keeps them equal.
 *
 * <ul>
 *   <li>When the primary rests, every key in scope on the standby equals the primary's, deletions included.
 *   <li>The checkpoint is written to the standby in the same transaction as the data it stands for. Killed anywhere, the mirror goes on where
 *       it was when started again.
 *   <li>A source revision is applied whole, several small ones together; one too large for a transaction is split, and counted.
 *   <li>One mirror at a time writes to a standby, and none to a site whose role is {@link io.drkit.site.Role#PRIMARY}.
 *   <li>A key in scope that the primary never gave the standby is kept, and told of. If the primary comes to have that key too, the
 *       standby's value is set aside in {@link io.drkit.quarantine.Quarantine} before it is overwritten.
 *   <li>Where going on could lose data it stops, with an {@link io.drkit.UnsafeToProceedException} that names the override.
 * </ul>
 */
public interface KeyMirror {

    /**
     * Starts mirroring in the background, at once: an unreachable site, a busy lock and a refusal show in {@link MirrorSession#status()} and
     * are thrown by {@link MirrorSession#awaitCaughtUp}. Several sessions for one standby may be started anywhere; one works, the others wait.
     */
    MirrorSession start(MirrorScope scope);
}
