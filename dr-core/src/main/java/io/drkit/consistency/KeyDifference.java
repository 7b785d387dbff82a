package io.drkit.consistency;

import io.drkit.keystore.Bytes;
import java.util.Optional;

/**
 * One key on which the two sides differ.
 *
 * @param why what DrKit knows of it: that a mirror went on without this key, for the standby refused its value, say, or that it must not be
 *     written. Empty where nothing keeps a mirror or a repair from putting it right
 */
public record KeyDifference(Bytes key, Kind kind, Optional<String> why) {

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
        return kind + " " + key.printable()
                + why.map(reason -> " (" + reason + ")").orElse("");
    }
}
