package io.drkit.kubernetes.artifact;

import io.drkit.SiteUnreachableException;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;

/** Waits between attempts, longer each time and never twice the same, so that many clients do not come back at once. */
final class Pause {

    private final IntervalFunction interval;

    /** @param first before the second attempt; at most twenty times as long later */
    Pause(Duration first) {
        interval = IntervalFunction.ofExponentialRandomBackoff(first, 2, 0.5, first.multipliedBy(20));
    }

    /** @param attempt that failed, from 1 */
    void before(int attempt, String site) {
        try {
            Thread.sleep(interval.apply(attempt));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException(site + " was not waited for, because the call was interrupted.", e);
        }
    }
}
