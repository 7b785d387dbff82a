package io.drkit.keyspace;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;

/**
 * Which keys are mirrored and compared: those of one range that it admits. Own scopes implement this interface.
 *
 * <p>In no scope, whatever it says: DrKit's own keys ({@link DrKitKeys#OWN}), and leased keys, whose copy without the lease would stay for
 * ever. {@link #holds} is the whole rule.
 */
public interface MirrorScope {

    /** The range that holds every key of this scope. It is what is scanned and watched, so the tighter the better. */
    KeyRange range();

    /** Whether this scope wants an entry of {@link #range()}. Must depend on nothing but the entry. */
    boolean admits(KeyValue entry);

    /** What this scope is called in checkpoints, reports and on the command line. Two scopes of one name admit the same keys. */
    String name();

    /** Whether an entry belongs to what is mirrored. */
    default boolean holds(KeyValue entry) {
        return !entry.leased()
                && !DrKitKeys.OWN.contains(entry.key())
                && range().contains(entry.key())
                && admits(entry);
    }

    /** Every key under {@code /registry/}: for a standby whose control plane is stopped. */
    static MirrorScope all() {
        return new RangeScope("all", KeyRange.prefix("/registry/"));
    }

    /** Every key that begins with {@code prefix}. */
    static MirrorScope prefix(String prefix) {
        return new RangeScope("prefix:" + prefix, KeyRange.prefix(Bytes.utf8(prefix)));
    }
}
