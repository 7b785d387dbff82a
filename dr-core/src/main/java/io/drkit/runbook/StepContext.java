package io.drkit.runbook;

import java.time.Instant;
import java.util.Optional;

/** What a step knows of its run. Thread-safe. */
public interface StepContext {

    /** When the run was begun, by the clock of whoever began it. */
    Instant runBegan();

    /** Whether nothing will be done: a check that needs what earlier steps would have done says what it can. */
    boolean isDryRun();

    /** What an earlier step of this run returned; empty when it was skipped, or has not run. */
    <R> Optional<R> recordOf(String step, Class<R> type);

    /** Tells how it comes along, in a few words. */
    void tell(String progress);

    /** Has something that was measured stand in the report; of one kind and subject the last counts. */
    void measured(Measurement measurement);
}
