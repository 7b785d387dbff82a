package io.drkit.encryption;

import io.drkit.UnsafeToProceedException;

/**
 * Makes two sites able to read each other's encrypted values. It only plans: who installs the files, restarts kube-apiserver and rewrites is
 * the caller's. Implementations are thread-safe and prove themselves by {@code EncryptionKeyMergerContract} of dr-testkit.
 */
public interface EncryptionKeyMerger {

    /**
     * How both sites come to read everything, each keeping its own key to write with, in stages during which every kube-apiserver reads
     * everything that its site's have written, also while some of a site's kube-apiservers have a stage's file and others not yet.
     *
     * <p>Never are two different keys of one name put into one file: for AES-CBC, kube-apiserver takes the first whose padding passes. A site
     * whose key's name is the other's too first moves to a freshly made key. Where nothing has to be done, the plan has no stages.
     *
     * @throws UnsafeToProceedException when values of a KMS provider would have to be rewritten, or two different ones have one name
     */
    MergePlan plan(EncryptionConfig primary, EncryptionConfig standby);

    /**
     * One configuration for both sites: the primary's, which goes on reading and writing as before, and after it what the standby reads with.
     * Merging it with either again changes nothing. Kube-apiservers of a site where it {@linkplain EncryptionConfig#writesLike writes otherwise}
     * than before have to be restarted with it together, for each then writes with a key that one with the old file lacks; {@link #plan} knows no
     * such moment.
     *
     * @throws UnsafeToProceedException when two different keys have one name, so that one file cannot serve both; use {@link #plan}
     */
    EncryptionConfig merge(EncryptionConfig primary, EncryptionConfig standby);
}
