package io.drkit.runbook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.DrException;
import io.drkit.UnsafeToProceedException;
import io.drkit.runbook.Runbook.Placed;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.StepRecord.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run by one process: forward from where the journal says, and back where it fails before the point of no return. */
final class RunbookRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunbookRun.class);

    private final Runbook runbook;
    private final Journal journal;
    private final RunbookOptions options;
    private final StepCalls calls;
    private RunRecord record;
    /** Whether the journal lacks something of it. */
    private boolean noted;

    /** @param record as the journal has it */
    RunbookRun(Runbook runbook, Journal journal, RunbookOptions options, RunRecord record) {
        this.runbook = runbook;
        this.journal = journal;
        this.options = options;
        this.record = record;
        this.calls = new StepCalls(journal::isHeld, options.endPatience(), this::tell);
    }

    /** Goes on, in the direction that it had. */
    RunbookReport goOn() {
        return record.back() ? back("It was being taken back.") : forward();
    }

    private RunbookReport forward() {
        try {
            for (List<Placed<?>> group : runbook.groups()) {
                Map<Placed<?>, DrException> failures = together(group);
                if (!failures.isEmpty()) {
                    String why = told(failures);
                    return isBeyondReturn() ? stopped(why) : back(why);
                }
            }
            write(record.finished());
            return report(Outcome.DONE, Optional.empty());
        } catch (StoppedException e) {
            return stopped(e.why());
        }
    }

    /** What failed, by step. All have ended when it returns. */
    private Map<Placed<?>, DrException> together(List<Placed<?>> group) {
        List<Placed<?>> open =
                group.stream().filter(step -> !record(step).isOver()).toList();
        Map<Placed<?>, DrException> failures = new LinkedHashMap<>();
        if (open.size() == 1) {
            forward(open.get(0)).ifPresent(failure -> failures.put(open.get(0), failure));
            return failures;
        }
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<Optional<DrException>>> running = new ArrayList<>();
            open.forEach(step -> running.add(threads.submit(() -> forward(step))));
            StoppedException stopped = null;
            for (int i = 0; i < open.size(); i++) {
                Placed<?> step = open.get(i);
                try {
                    running.get(i).get().ifPresent(failure -> failures.put(step, failure));
                } catch (ExecutionException e) {
                    stopped = e.getCause() instanceof StoppedException cause
                            ? cause
                            : new StoppedException("Step " + step.name() + " broke: " + e.getCause(), e);
                }
            }
            if (stopped != null) {
                throw stopped;
            }
            return failures;
        } catch (InterruptedException e) {
            threads.shutdownNow();
            awaitEnd(threads);
            Thread.currentThread().interrupt();
            throw new StoppedException("It was stopped.", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private void awaitEnd(ExecutorService threads) {
        try {
            if (!threads.awaitTermination(2 * options.endPatience().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoppedException("Steps were interrupted and have not ended: end this process.", null);
            }
        } catch (InterruptedException e) {
            throw new StoppedException("Steps were interrupted, and may still be at work.", e);
        }
    }

    /** Does a step, from where it is. Returns why it failed, if it did. */
    private <R> Optional<DrException> forward(Placed<R> step) {
        try {
            if (record(step).isUntouched() && !begin(step)) {
                return Optional.empty();
            }
        } catch (DrException e) {
            change(step, record(step).to(State.REFUSED, message(e), now()));
            return Optional.of(e);
        }
        try {
            R result = record(step).state() == State.ACTED ? returned(step).orElseThrow() : act(step);
            String told = calls.call(step, () -> {
                step.step().verify(new Context(this, step), result);
                return step.step().told(result);
            });
            note(step, record(step).to(State.DONE, told, now()));
            return Optional.empty();
        } catch (DrException e) {
            change(step, record(step).to(State.FAILED, message(e), now()));
            return Optional.of(e);
        }
    }

    /** Returns false when it is skipped. */
    private boolean begin(Placed<?> step) {
        Check check = calls.call(step, () -> step.step().check(new Context(this, step)));
        if (check instanceof Check.Skip skip) {
            note(step, record(step).to(State.SKIPPED, skip.reason(), now()));
            return false;
        }
        if (!step.options().question().isEmpty()) {
            confirm(step);
        }
        StepRecord begun = record(step).begun(now());
        if (step.step().onlyLooks() && step.options().question().isEmpty()) {
            note(step, begun);
        } else {
            change(step, begun);
        }
        return true;
    }

    private void confirm(Placed<?> step) {
        boolean given = options.confirmation().isGiven(step);
        if (Thread.currentThread().isInterrupted()) {
            throw new StoppedException("It was stopped at the question of " + step.name() + ".", null);
        }
        if (!given) {
            throw new UnsafeToProceedException(
                    "Not confirmed: " + step.options().question());
        }
    }

    private <R> R act(Placed<R> step) {
        Context context = new Context(this, step);
        Acted<R> acted = calls.call(step, () -> {
            R result = step.step().act(context);
            return new Acted<>(result, RunRecord.JSON.valueToTree(result));
        });
        change(step, record(step).acted(acted.tree(), context.measured()));
        return acted.result();
    }

    /** @param tree the result, as the journal keeps it */
    private record Acted<R>(R result, JsonNode tree) {}

    private <R> Optional<R> returned(Placed<R> step) {
        return returned(step.name(), step.step().recordType());
    }

    /** What a step of this run returned. */
    <R> Optional<R> returned(String step, Class<R> type) {
        JsonNode tree = current().step(step).record();
        try {
            return tree == null || tree.isNull()
                    ? Optional.empty()
                    : Optional.of(RunRecord.JSON.treeToValue(tree, type));
        } catch (JsonProcessingException e) {
            throw new UnsafeToProceedException("What step " + step
                    + " returned cannot be read from the journal: it was written by another version.");
        }
    }

    /** Takes back what is done, the last first, each as far as it goes. */
    RunbookReport back(String why) {
        options.listener().turned("taking it back: " + why);
        List<String> failures = new ArrayList<>();
        try {
            if (!record.back()) {
                write(record.turnedBack());
            }
            List<Placed<?>> steps = runbook.steps();
            for (int i = steps.size() - 1; i >= 0; i--) {
                if (record(steps.get(i)).isToBeUndone()) {
                    undo(steps.get(i)).ifPresent(failures::add);
                }
            }
            if (failures.isEmpty()) {
                write(record.finished());
                return report(Outcome.UNDONE, Optional.of(why));
            }
        } catch (StoppedException e) {
            failures.add(e.why());
        }
        return stopped(why + " Taking it back failed: " + String.join(" ", failures));
    }

    private <R> Optional<String> undo(Placed<R> step) {
        try {
            Context context = new Context(this, step);
            calls.call(step, () -> {
                step.step().undo(context, returned(step));
                return true;
            });
            change(
                    step,
                    record(step).to(State.UNDONE, context.lastTold(record(step).detail()), now()));
            return Optional.empty();
        } catch (DrException e) {
            change(step, record(step).to(State.NOT_UNDONE, message(e), now()));
            return Optional.of(step.name() + ": " + message(e));
        }
    }

    boolean isBeyondReturn() {
        return runbook.isBeyondReturn(current());
    }

    private RunbookReport stopped(String why) {
        writeNoted();
        options.listener().turned("stopping: " + why);
        return report(Outcome.STOPPED, Optional.of(why));
    }

    private RunbookReport report(Outcome outcome, Optional<String> why) {
        Ways ways = outcome == Outcome.STOPPED ? Ways.of(runbook, record, options) : Ways.NONE;
        return RunbookReport.of(runbook, record, outcome, why, ways, now());
    }

    private static String told(Map<Placed<?>, DrException> failures) {
        List<String> all = new ArrayList<>();
        failures.forEach((step, failure) -> all.add("Step " + step.name() + " failed: " + message(failure)));
        return String.join(" ", all);
    }

    private static String message(DrException e) {
        return String.valueOf(e.getMessage());
    }

    private StepRecord record(Placed<?> step) {
        return current().step(step.name());
    }

    synchronized RunRecord current() {
        return record;
    }

    private synchronized void change(Placed<?> step, StepRecord changed) {
        write(record.with(changed));
        tell(step, changed);
    }

    /**
     * What the journal gets with the next write, before anything is changed: that a step that has acted is done, that one is skipped, or that one that only
     * looks is begun. Who resumes without it looks once more, and each write is one to the disk and one to the other site.
     */
    private synchronized void note(Placed<?> step, StepRecord changed) {
        record = record.with(changed);
        noted = true;
        tell(step, changed);
    }

    private void tell(Placed<?> step, StepRecord changed) {
        try {
            options.listener().changed(step, changed);
        } catch (RuntimeException e) {
            LOG.warn("A listener failed", e);
        }
    }

    private synchronized void write(RunRecord next) {
        try {
            RunRecord written = next.next();
            journal.write(written);
            record = written;
            noted = false;
        } catch (DrException e) {
            throw new StoppedException("The journal could not be written, so nothing more was done. " + message(e), e);
        }
    }

    /** As far as that goes: the journal may be what stopped the run. */
    private synchronized void writeNoted() {
        try {
            if (noted) {
                write(record);
            }
        } catch (StoppedException e) {
            LOG.debug("What is done was not written", e);
        }
    }

    void tell(Placed<?> step, String message) {
        try {
            options.listener().progress(step, message);
        } catch (RuntimeException e) {
            LOG.warn("A listener failed", e);
        }
    }

    private Instant now() {
        return options.clock().instant();
    }

    @Override
    public void close() {
        calls.close();
    }

    /** What a step knows. */
    private static final class Context implements StepContext {

        private final RunbookRun run;
        private final Placed<?> step;
        private final Map<String, Measurement> measured = new LinkedHashMap<>();
        private String told = "";

        Context(RunbookRun run, Placed<?> step) {
            this.run = run;
            this.step = step;
        }

        @Override
        public Instant runBegan() {
            return run.current().began();
        }

        @Override
        public boolean isDryRun() {
            return false;
        }

        @Override
        public <R> Optional<R> recordOf(String earlier, Class<R> type) {
            return run.returned(earlier, type);
        }

        @Override
        public synchronized void tell(String progress) {
            told = progress;
            run.tell(step, progress);
        }

        /** What it told last. */
        synchronized String lastTold(String otherwise) {
            return told.isEmpty() ? otherwise : told;
        }

        @Override
        public synchronized void measured(Measurement measurement) {
            measured.put(measurement.kind() + measurement.of(), measurement);
        }

        synchronized List<Measurement> measured() {
            return List.copyOf(measured.values());
        }
    }
}
