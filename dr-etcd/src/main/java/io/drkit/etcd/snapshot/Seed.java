package io.drkit.etcd.snapshot;

import io.drkit.snapshot.Snapshot;

/**
 * A snapshot that may be served as a standby.
 *
 * @param snapshot the manifest of it; its site is the standby
 * @param sourceId the primary's identity
 * @param epoch of both
 * @param sourceRevision the primary's revision that a mirror goes on from
 * @param removedKeys how many keys of the primary's were left out, beside leased ones
 * @param revokedLeases how many leases of the primary's were revoked, with the keys bound to them
 */
public record Seed(
        Snapshot snapshot, String sourceId, long epoch, long sourceRevision, long removedKeys, long revokedLeases) {}
