package io.drkit.runbook;

import java.time.Duration;

/**
 * How a step is run.
 *
 * @param deadline how long each call of the step may take; by default 10 min. Then its thread is interrupted, and the step has failed
 * @param attempts how often a call is tried whose site does not answer; by default 3
 * @param pause before the second attempt; doubled before each further one; by default 2 s
 * @param question what a person has to confirm before it is done; empty, the default, for nothing
 */
public record StepOptions(Duration deadline, int attempts, Duration pause, String question) {

    public static final StepOptions DEFAULTS = new StepOptions(Duration.ofMinutes(10), 3, Duration.ofSeconds(2), "");

    public StepOptions {
        if (deadline.isNegative() || deadline.isZero() || attempts < 1 || pause.isNegative()) {
            throw new IllegalArgumentException(
                    "A step has a deadline, at least one attempt, and a pause that is not negative.");
        }
    }

    public StepOptions deadline(Duration deadline) {
        return new StepOptions(deadline, attempts, pause, question);
    }

    public StepOptions attempts(int attempts, Duration pause) {
        return new StepOptions(deadline, attempts, pause, question);
    }

    public StepOptions confirm(String question) {
        return new StepOptions(deadline, attempts, pause, question);
    }
}
