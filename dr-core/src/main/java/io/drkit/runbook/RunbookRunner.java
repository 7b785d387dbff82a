package io.drkit.runbook;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.util.Optional;
import java.util.UUID;

/**
 * Runs runbooks by a journal, one at a time.
 *
 * <p>What is begun is in the journal before it is done, and what a step returned before the next one begins. So a run that was killed goes on, by {@link
 * #resume}, at the step it was in, in any process that can open the journal. A failure before the point of no return has everything undone, in reverse;
 * after it the run stops and tells what is done. Interrupting the thread stops the run where it is, with what is under way ended; nothing is undone
 * then.
 *
 * <p>Each call throws {@link SiteUnreachableException} when the journal cannot be read, and {@link UnsafeToProceedException} when the run that it holds
 * is not the one asked for. What steps fail by stands in the report instead.
 */
public final class RunbookRunner {

    private final Journal journal;
    private final RunbookOptions options;

    /** @param journal stays the caller's */
    public RunbookRunner(Journal journal, RunbookOptions options) {
        this.journal = journal;
        this.options = options;
    }

    /**
     * Begins a run.
     *
     * @throws UnsafeToProceedException when an earlier one is not finished
     */
    public RunbookReport run(Runbook runbook) {
        unfinished().ifPresent(run -> {
            throw new UnsafeToProceedException("An earlier run of " + run.runbook() + ", begun " + run.began() + " by "
                    + run.by() + ", is not finished: it is at step "
                    + run.current().name()
                    + ". Go on with it, or have it taken back.");
        });
        RunRecord record = new RunRecord(
                UUID.randomUUID().toString(),
                runbook.name(),
                runbook.fingerprint(options.settings()),
                options.by(),
                options.clock().instant(),
                UUID.randomUUID().toString(),
                1,
                false,
                false,
                runbook.steps().stream()
                        .map(step -> StepRecord.waiting(step.name()))
                        .toList());
        journal.write(record);
        try (RunbookRun run = new RunbookRun(runbook, journal, options, record)) {
            return run.goOn();
        }
    }

    /**
     * Goes on with the run that is not finished, in the direction that it had.
     *
     * @throws UnsafeToProceedException when there is none, or it was made by another runbook or other settings
     */
    public RunbookReport resume(Runbook runbook) {
        try (RunbookRun run = takeOver(runbook)) {
            return run.goOn();
        }
    }

    /**
     * Takes back the run that is not finished.
     *
     * @throws UnsafeToProceedException also when it is beyond the point of no return
     */
    public RunbookReport undo(Runbook runbook) {
        try (RunbookRun run = takeOver(runbook)) {
            if (run.isBeyondReturn()) {
                throw new UnsafeToProceedException("The run of " + runbook.name()
                        + " is beyond the point of no return, and cannot be taken back: go on with it.");
            }
            return run.back("It was asked for.");
        }
    }

    /**
     * Declares the run that is not finished over, as it is, for a person has put things right by hand. Changes nothing but the journal.
     *
     * @return the run; empty when there was none
     */
    public Optional<RunRecord> abandon() {
        Optional<RunRecord> run = unfinished();
        run.ifPresent(record -> journal.write(record.takenOver(UUID.randomUUID().toString(), options.by())
                .finished()
                .next()));
        return run;
    }

    private RunbookRun takeOver(Runbook runbook) {
        RunRecord found = unfinished()
                .orElseThrow(() ->
                        new UnsafeToProceedException("There is no run to go on with, by " + journal + ": begin one."));
        if (!found.runbook().equals(runbook.name())) {
            throw new UnsafeToProceedException("What is not finished is a run of " + found.runbook() + ", begun "
                    + found.began() + " by " + found.by() + ", and not of " + runbook.name() + ".");
        }
        if (!found.plan().equals(runbook.fingerprint(options.settings()))) {
            throw new UnsafeToProceedException("The run of " + found.runbook() + " begun " + found.began() + " by "
                    + found.by() + " was made by another plan: other steps, or other settings. Go on with what it was"
                    + " begun with.");
        }
        RunRecord taken =
                found.takenOver(UUID.randomUUID().toString(), options.by()).next();
        journal.write(taken);
        return new RunbookRun(runbook, journal, options, taken);
    }

    private Optional<RunRecord> unfinished() {
        return journal.read().filter(run -> !run.ended());
    }
}
