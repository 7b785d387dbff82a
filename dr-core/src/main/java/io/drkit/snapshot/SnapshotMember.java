package io.drkit.snapshot;

import java.time.Duration;

/**
 * A member of a replicated store that could give a snapshot.
 *
 * @param name how it is reached: its endpoint, say
 * @param id its own, in hexadecimal
 * @param clusterId of its cluster, in hexadecimal
 * @param version of its server
 * @param leader whether all writes go through it
 * @param learner whether it only learns, and votes on nothing yet
 * @param appliedIndex how much of the replicated log it has applied
 * @param databaseBytes about how large a snapshot of it is
 * @param answered how long it took to tell all this: the best sign of its load that can be had from outside
 * @param ailment what is wrong with it, in etcd's words; empty where nothing is
 */
public record SnapshotMember(
        String name,
        String id,
        String clusterId,
        String version,
        boolean leader,
        boolean learner,
        long appliedIndex,
        long databaseBytes,
        Duration answered,
        String ailment) {}
