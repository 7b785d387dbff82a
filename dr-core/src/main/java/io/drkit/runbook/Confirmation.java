package io.drkit.runbook;

import io.drkit.runbook.Runbook.Placed;
import java.util.Set;

/** Answers the questions of steps. */
@FunctionalInterface
public interface Confirmation {

    /**
     * Whether the step may be done. May ask a person, and wait for the answer; when its thread is interrupted it returns with the thread interrupted, and
     * the run stops there, whatever it returned.
     */
    boolean isGiven(Placed<?> step);

    /** Answers that were given in advance: yes for these steps, no for all others. */
    static Confirmation inAdvance(Set<String> steps) {
        Set<String> given = Set.copyOf(steps);
        return step -> given.contains(step.name());
    }
}
