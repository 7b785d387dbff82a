package io.drkit.mirror;

import io.drkit.consistency.Proof;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a mirror stands.
 *
 * @param state what it is doing
 * @param sourceRevision the primary's newest revision as last seen; 0 before it was seen
 * @param appliedRevision the primary's revision that the standby equals; while {@link State#COPYING}, that the copied part equals
 * @param lag upper bound of the age of the oldest change that the standby lacks; empty until it is known
 * @param keys how many keys the primary held in the scope's range at {@code appliedRevision}
 * @param copied how many keys the running copy has been through; what {@code keys} is to be reached
 * @param appliedKeys how many keys this session put or deleted
 * @param appliedBytes how many bytes of keys and values this session put
 * @param keysPerSecond how fast, over the last ten seconds or so
 * @param bytesPerSecond how fast, over the last ten seconds or so
 * @param splitRevisions how many source revisions were too large for one transaction
 * @param skipped how many keys are left on the standby as they are, for it refused them, say; see {@code skippedSample}
 * @param skippedSample the first of them, each with why
 * @param contended how many of them are left alone because something on the standby writes them again and again
 * @param corrected how many times this session put a key right that something on the standby had changed or deleted
 * @param strangers how many keys in scope are on the standby that the primary never gave it, as of the last copy
 * @param setAside how many values this session put into quarantine
 * @param lastProof when the scope was last proved equal, and by which standard; see {@link Proof}
 * @param lastError what went wrong last, and when; kept after recovery
 */
public record MirrorStatus(
        State state,
        long sourceRevision,
        long appliedRevision,
        Optional<Duration> lag,
        long keys,
        long copied,
        long appliedKeys,
        long appliedBytes,
        double keysPerSecond,
        double bytesPerSecond,
        long splitRevisions,
        long skipped,
        List<SkippedKey> skippedSample,
        long contended,
        long corrected,
        long strangers,
        long setAside,
        Optional<Proof> lastProof,
        Optional<Failure> lastError) {

    public enum State {
        /** Getting to know both sites. */
        STARTING,
        /** Another mirror holds this standby's lock. */
        WAITING_FOR_LOCK,
        /** Going through all keys, for the first time or because the changes since the checkpoint were compacted away. */
        COPYING,
        /** Applying changes as they come. */
        STREAMING,
        /** A site is out of reach; retried. */
        RECONNECTING,
        /** The standby takes no writes until its operator makes space; retried. */
        STANDBY_FULL,
        /** Ended: going on could lose data, and a person must decide. */
        REFUSED,
        /** Ended: closed. */
        STOPPED,
        /** Ended: by a fault that a retry does not mend. */
        FAILED;

        public boolean isEnd() {
            return this == REFUSED || this == STOPPED || this == FAILED;
        }
    }

    /** Something that went wrong. */
    public record Failure(Instant at, String message) {}

    public long lagInRevisions() {
        return Math.max(0, sourceRevision - appliedRevision);
    }
}
