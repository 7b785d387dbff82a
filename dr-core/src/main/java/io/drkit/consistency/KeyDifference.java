package io.drkit.consistency;

import io.drkit.keystore.Bytes;

/**
 * One key on which the two sides differ.
 *
 * @param skipped whether the mirror knows it: the standby refused this key's value, and the mirror went on without it
 */
public record KeyDifference(Bytes key, Kind kind, boolean skipped) {

    public enum Kind {
        /** The primary has it, the standby does not. */
        MISSED,
        /** The standby has it, the primary does not. */
        SURPLUS,
        /** Both have it, with different values. */
        CHANGED
    }

    @Override
    public String toString() {
        return kind + " " + key.printable() + (skipped ? " (refused by the standby)" : "");
    }
}
