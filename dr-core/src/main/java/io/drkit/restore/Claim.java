package io.drkit.restore;

import java.util.UUID;

/**
 * By what right a run changes a node.
 *
 * @param id the restore's, the same however often it is taken up
 * @param number higher than those of all runs before; the highest has the nodes
 * @param run this run's random id: of two that chose the same number, one
 */
record Claim(String id, long number, String run) {

    static Claim of(String id, long number) {
        return new Claim(id, number, UUID.randomUUID().toString());
    }

    /**
     * The token that etcd makes the ids of cluster and members from. Another than before, so that a member that still has the old data can never be
     * one of a cluster with those that have the new; etcd asks for it only where there is no data yet.
     */
    String token() {
        return "drkit-" + id;
    }
}
