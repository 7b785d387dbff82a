package io.drkit.consistency;

import io.drkit.keyspace.MirrorScope;

/**
 * Compares the keys of a scope on a primary and its standby, in memory that does not grow with their number.
 *
 * <p>Changes that a running mirror is about to apply are not differences. Safe to call at any time, from any thread.
 */
public interface ConsistencyChecker {

    /**
     * Compares; writes nothing. Keys of which the scope cannot decide whether it holds them ({@link MirrorScope#isUndecidable}) are left out and
     * counted.
     */
    ConsistencyReport check(MirrorScope scope, Level level);

    /**
     * Puts on the standby what it misses or holds otherwise, by the standard of the scope ({@link Level#of}), and, only when asked, deletes surplus keys there. Each write is guarded
     * by the state of the key as compared: what changes meanwhile is left to the next run. Refused while a mirror holds the standby's lock and
     * where the standby's role is PRIMARY.
     */
    RepairReport repair(MirrorScope scope, boolean deleteSurplus);
}
