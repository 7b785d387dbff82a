package io.drkit.runbook;

import io.drkit.runbook.Measurement.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a run did. Immutable; bears no secret.
 *
 * @param why what went wrong, in a sentence or two; empty when nothing did
 * @param goOn the command with which a person goes on; empty when nothing is left to do, or it is not known
 * @param began when the run was begun first, {@code ended} when it came to this end, by the clock of this machine
 * @param lag how far the mirror was behind, over the time of the run; empty where nobody measured it
 */
public record RunbookReport(
        String runbook,
        String id,
        Outcome outcome,
        Optional<String> why,
        String goOn,
        Instant began,
        Instant ended,
        List<StepReport> steps,
        List<LagSample> lag) {

    /** How a run ended. */
    public enum Outcome {
        /** Everything is done. */
        DONE,
        /** It failed before the point of no return, and everything is as it was. */
        UNDONE,
        /** It has stopped, and some of it is done: go on, or have it taken back where that is still possible. */
        STOPPED
    }

    /** How far a mirror was behind its primary at a moment. */
    public record LagSample(Instant at, Duration lag) {}

    /** A step of it. */
    public record StepReport(
            String name,
            String title,
            boolean beyondReturn,
            StepRecord.State state,
            String detail,
            Optional<Instant> began,
            Duration took,
            List<Measurement> measurements) {

        public StepReport {
            measurements = List.copyOf(measurements);
        }
    }

    public RunbookReport {
        steps = List.copyOf(steps);
        lag = List.copyOf(lag);
    }

    /** The same, with what was measured of a mirror's lag. */
    public RunbookReport withLag(List<LagSample> samples) {
        return new RunbookReport(runbook, id, outcome, why, goOn, began, ended, steps, samples);
    }

    /** From the first beginning to this end. */
    public Duration took() {
        return Duration.between(began, ended);
    }

    /** All that was measured, in the order of the steps. */
    public List<Measurement> measurements() {
        return steps.stream().flatMap(step -> step.measurements().stream()).toList();
    }

    /** The worst that was measured of a kind; empty when nothing was. */
    public Optional<Duration> worst(Kind kind) {
        return measurements().stream()
                .filter(each -> each.kind() == kind)
                .map(Measurement::value)
                .max(Duration::compareTo);
    }

    /** One JSON document; durations in seconds. */
    public String toJson() {
        return new RunbookJson(this).render();
    }

    /** One page that loads nothing else, fit to attach to a ticket: the steps along time, what was measured, and the lag. */
    public String toHtml() {
        return new RunbookHtml(this).render();
    }

    /** For people: a line for each step, and what to do. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(runbook).append(": ");
        text.append(
                switch (outcome) {
                    case DONE -> "done";
                    case UNDONE -> "failed, and everything is as it was";
                    case STOPPED -> "stopped";
                });
        text.append(" after ").append(took().toMillis() / 1e3).append(" s\n");
        boolean beyond = false;
        for (StepReport step : steps) {
            if (step.beyondReturn() && !beyond) {
                beyond = true;
                text.append("  -- point of no return --\n");
            }
            text.append(String.format(
                    "  %-10s %-24s %9.3f s  %s%n",
                    step.state().told(),
                    step.name(),
                    step.took().toMillis() / 1e3,
                    step.detail().isEmpty() ? step.title() : step.title() + ": " + step.detail()));
        }
        measurements()
                .forEach(each -> text.append("  ")
                        .append(each.kind())
                        .append(" of ")
                        .append(each.of())
                        .append(": ")
                        .append(each.value().toMillis() / 1e3)
                        .append(" s\n"));
        why.ifPresent(reason -> text.append("Why: ").append(reason).append('\n'));
        if (!goOn.isEmpty()) {
            text.append("To go on: ").append(goOn).append('\n');
        }
        return text.toString();
    }
}
