package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;

/**
 * One thing that a part of a living standby did.
 *
 * @param by what did it
 * @param uid of the object, as it was
 * @param revision in which it was done
 */
public record Act(String by, What what, Bytes key, String uid, long revision) {

    /** What can be done to an object. */
    public enum What {
        CREATED,
        CHANGED,
        /** References to absent owners were taken away. */
        PATCHED,
        DELETED
    }

    @Override
    public String toString() {
        return by + " " + what + " " + key.printable() + " (" + uid + ") at " + revision;
    }
}
