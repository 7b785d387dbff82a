package io.drkit.mirror;

import io.drkit.keystore.Bytes;

/**
 * A key in scope that a mirror leaves on the standby as it is, and why. It is tried again whenever it changes, in every copy and, unless the
 * standby refused its value, now and then.
 *
 * @param why one sentence for people, without a secret
 */
public record SkippedKey(Bytes key, String why) {

    @Override
    public String toString() {
        return key.printable() + " (" + why + ")";
    }
}
