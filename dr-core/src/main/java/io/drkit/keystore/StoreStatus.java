package io.drkit.keystore;

/**
 * What a store says of itself.
 *
 * @param clusterId etcd's; survives a snapshot restore and may be shared by two clusters installed alike, so it is no identity
 * @param revision the store's newest revision
 * @param logIndex how much was ever written to the replicated log (etcd: the raft index). It only grows, and starts anew when a cluster is
 *     restored from a snapshot; 0 where unknown
 * @param version the server's version, the oldest where members differ
 * @param databaseBytes size of the database on disk, the largest where members differ
 * @param outOfSpace whether the store refuses writes because its space quota is used up
 */
public record StoreStatus(
        long clusterId, long revision, long logIndex, String version, long databaseBytes, boolean outOfSpace) {}
