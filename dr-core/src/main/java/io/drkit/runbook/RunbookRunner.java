package io.drkit.runbook;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.runbook.RunbookReport.Outcome;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

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
     * @throws UnsafeToProceedException when an earlier one is not finished; it names what can be done with that
     */
    public RunbookReport run(Runbook runbook) {
        unfinished().ifPresent(run -> {
            String ways = Ways.of(runbook, run, options).told("; ");
            throw new UnsafeToProceedException("An earlier run of " + run.runbook() + ", begun " + run.began() + " by "
                    + run.by() + ", is not finished: it is " + (run.back() ? "being taken back, " : "") + "at step "
                    + run.current().name() + ". " + (ways.isEmpty() ? "Go on with it, or abandon it." : ways));
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
        try (RunbookRun run = takeOver(runbook, Ways::goOn)) {
            return run.goOn();
        }
    }

    /**
     * Takes back the run that is not finished.
     *
     * @throws UnsafeToProceedException also when it is beyond the point of no return
     */
    public RunbookReport undo(Runbook runbook) {
        try (RunbookRun run = takeOver(runbook, Ways::takeBack)) {
            if (run.isBeyondReturn()) {
                throw new UnsafeToProceedException("The run of " + runbook.name()
                        + " is beyond the point of no return, and cannot be taken back: go on with it.");
            }
            return run.back("It was asked for.");
        }
    }

    /**
     * Declares the run that is not finished over, as it is, for a person has put things right by hand. Changes nothing but the journal; the plan may be
     * another one.
     *
     * @return what was done in it and what was not; empty when there was none
     * @throws UnsafeToProceedException when it is a run of another runbook
     */
    public Optional<RunbookReport> abandon(Runbook runbook) {
        return unfinished().map(found -> {
            requireOf(runbook, found, Ways::abandon);
            RunRecord over = found.takenOver(UUID.randomUUID().toString(), options.by())
                    .finished()
                    .next();
            journal.write(over);
            String why = "The run of " + found.runbook() + " begun " + found.began() + " by " + found.by()
                    + " is over, as it is.";
            return RunbookReport.of(
                    runbook,
                    over,
                    Outcome.ABANDONED,
                    Optional.of(why),
                    Ways.NONE,
                    options.clock().instant());
        });
    }

    private void requireOf(Runbook runbook, RunRecord found, Function<Ways, String> meant) {
        if (!found.runbook().equals(runbook.name())) {
            String command = meant.apply(options.ways().apply(found.runbook()));
            throw new UnsafeToProceedException("What is not finished is a run of " + found.runbook() + ", begun "
                    + found.began() + " by " + found.by() + ", and not of " + runbook.name() + "."
                    + (command.isEmpty() ? "" : " If that is meant: " + command));
        }
    }

    private RunbookRun takeOver(Runbook runbook, Function<Ways, String> meant) {
        RunRecord found = unfinished()
                .orElseThrow(() ->
                        new UnsafeToProceedException("There is no run to go on with, by " + journal + ": begin one."));
        requireOf(runbook, found, meant);
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
