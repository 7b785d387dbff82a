package io.drkit.workload;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;

/**
 * Stops the workloads that write to claims, proves that they have stopped, and starts them again. A backend proves itself by extending {@code
 * WorkloadQuiescerContract} of dr-testkit.
 *
 * <p>What a workload goes back to is remembered at the workload itself, in one write with its scaling to zero, so that no memory is lost with the
 * process that quiesced it: annotations {@value #REPLICAS_BEFORE}, {@value #SUSPENDED_BEFORE} and {@value #QUIESCED_FOR}. They are mirrored with it.
 *
 * <p>Every verb is idempotent, and running it again is how one goes on after an end in the midst. Every request has a deadline of the
 * implementation's, and every call ends early when its thread is interrupted, which stays set. Every call throws {@link SiteUnreachableException}
 * when the site does not answer or does not let us in and this call changed nothing, {@link OutcomeUnknownException} when it did change something, or
 * may have, and says what; and {@link UnsafeToProceedException} when a right is missing, and says which. Thread-safe.
 */
public interface WorkloadQuiescer {

    /** How many replicas a workload had before it was quiesced. */
    String REPLICAS_BEFORE = "drkit.io/replicas-before-quiesce";

    /** Whether a CronJob was suspended before it was quiesced: always {@code false}, for a suspended one is left as it is. */
    String SUSPENDED_BEFORE = "drkit.io/suspended-before-quiesce";

    /** The claims for which a workload was quiesced, by name and separated by commas. It is resumed when none is left. */
    String QUIESCED_FOR = "drkit.io/quiesced-for";

    /** How this site is named in messages. Holds no secret. */
    String name();

    /**
     * Who mounts claims now, by pods; and who would, by templates. Changes nothing.
     *
     * @throws UnsafeToProceedException when a claim that was named does not exist, or no claim carries the labels: it is rather misspelt than unused
     */
    QuiescePlan look(Claims claims);

    /**
     * Scales to zero what mounts claims, and waits until no pod does: until each is gone, not only terminating, and the controllers have seen the
     * scale, so that none makes another. What is remembered of a former quiesce is kept; a workload that somebody scaled up since is quiesced anew,
     * and goes back to what that person wanted.
     *
     * @param timeout how long to wait for pods, after the scaling; at zero it looks once
     * @throws UnsafeToProceedException when something that mounts a claim cannot be quiesced, and nothing was changed; when somebody scales a
     *     workload up, or makes one, while it waits; or when pods are left after the timeout, which the message names. In the latter two what was
     *     scaled to zero stays so: quiesce again, or resume
     */
    Quiesced quiesce(Claims claims, Duration timeout);

    /**
     * Scales back what was quiesced for claims, exactly to what it was, and forgets it. Does not wait for pods. Claims that are gone meanwhile can be
     * resumed by name.
     *
     * @throws UnsafeToProceedException when what is remembered is no number, and that workload was left as it is: the others were resumed
     */
    default Resumed resume(Claims claims) {
        return resume(claims, Collections.emptySortedMap());
    }

    /**
     * The same, and starts workloads that were never quiesced here, which rest at zero since another site ran them.
     *
     * @param otherwise how many replicas each such workload shall have, by its name ({@code Deployment shop}); a CronJob runs again for more than zero.
     *     Only what mounts the claims, is at zero, and has nothing remembered is scaled so; what is remembered comes first
     */
    Resumed resume(Claims claims, SortedMap<String, Integer> otherwise);
}
