package io.drkit.keyspace;

import org.jspecify.annotations.Nullable;

/**
 * Whether a key is mirrored, and why.
 *
 * @param keyClass null for what is no key of kube-apiserver, and where a scope does not look
 * @param reason one sentence, for people; never anything of the value
 */
public record ScopeDecision(Verdict verdict, @Nullable KeyClass keyClass, String reason) {

    public enum Verdict {
        /** Mirrored and compared. */
        MIRRORED,

        /** Left to each site. */
        EXCLUDED,

        /** The key alone does not tell, and no value was shown. */
        DEPENDS_ON_VALUE,

        /** The value would tell, but cannot be read: not mirrored, and told. */
        UNREADABLE
    }

    public boolean isMirrored() {
        return verdict == Verdict.MIRRORED;
    }
}
