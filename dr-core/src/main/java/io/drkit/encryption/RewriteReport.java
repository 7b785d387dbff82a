package io.drkit.encryption;

import io.drkit.keystore.Bytes;
import java.util.List;

/**
 * What a rewrite did, or with a dry run would do.
 *
 * @param rewritten values put under the key that writes now
 * @param current values that were there already, as of the last pass
 * @param unreadable values that no key of the configuration reads, or that are no Kubernetes objects and so could not be told from garbage
 *     once under AES-CBC; they were left as they are
 * @param needsPlugin values that a KMS plugin reads or would have to write; they were left: have kube-apiserver write them anew
 * @param leased values bound to a lease, which a write would take off them; they were left, and vanish or are renewed by themselves
 * @param contended values that changed again and again while they were rewritten, or were refused for their size; they were left
 * @param left the first keys of those left
 * @param revision up to which this was found
 */
public record RewriteReport(
        long rewritten,
        long current,
        long unreadable,
        long needsPlugin,
        long leased,
        long contended,
        List<Bytes> left,
        long revision) {

    public RewriteReport {
        left = List.copyOf(left);
    }

    /** Whether everything is under the key that writes now. */
    public boolean isComplete() {
        return unreadable + needsPlugin + leased + contended == 0;
    }
}
