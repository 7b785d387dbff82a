package io.drkit.encryption;

import io.drkit.keystore.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What came of reading a stored value.
 *
 * @param provider what the value says, or who read it: {@code aescbc}, {@code kms v2}, {@code identity}
 * @param keyName the key's or KMS provider's name; empty for identity
 * @param current whether it is stored as the configuration would write it now
 * @param plaintext null unless {@code verdict} is {@link Verdict#READABLE} or {@link Verdict#MISREAD}
 */
public record Reading(
        Verdict verdict,
        String provider,
        String keyName,
        boolean current,
        @Nullable Bytes plaintext) {

    /** How it went. */
    public enum Verdict {
        /** It is what was once written. */
        READABLE,
        /** A wrong key of the same name passed the padding: what comes out is no Kubernetes object. */
        MISREAD,
        /** No provider of the configuration reads it. */
        UNREADABLE,
        /** A KMS provider of the configuration may read it; only kube-apiserver, with the plugin, can tell. */
        NEEDS_PLUGIN
    }
}
