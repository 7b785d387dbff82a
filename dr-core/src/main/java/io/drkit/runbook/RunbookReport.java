package io.drkit.runbook;

import io.drkit.runbook.Measurement.Kind;
import io.drkit.runbook.Runbook.Placed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a run did. Immutable; bears no secret.
 *
 * @param why what went wrong, in a sentence or two; empty when nothing did
 * @param ways what a person can do next; none when nothing is left to do, or it is not known
 * @param began when the run was begun first, {@code ended} when it came to this end, by the clock of this machine
 * @param lag how far the mirror was behind, over the time of the run; empty where nobody measured it
 */
public record RunbookReport(
        String runbook,
        String id,
        Outcome outcome,
        Optional<String> why,
        Ways ways,
        Instant began,
        Instant ended,
        List<StepReport> steps,
        List<LagSample> lag) {

    /** How a run ended. */
    public enum Outcome {
        /** Everything is done. */
        DONE("done"),
        /** It failed before the point of no return, and was taken back: what is not as it was, a mirror that runs no more, its step tells. */
        UNDONE("failed, and was taken back"),
        /** It has stopped, and some of it is done: go on, or have it taken back where that is still possible. */
        STOPPED("stopped"),
        /** A person declared it over, as it is. */
        ABANDONED("abandoned, and all is as it stands");

        private final String told;

        Outcome(String told) {
            this.told = told;
        }

        /** For people, within a sentence. */
        public String told() {
            return told;
        }
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

        private static StepReport of(StepRecord known, String title, boolean beyondReturn, Instant now) {
            Instant began = known.began();
            Instant ended = Objects.requireNonNullElse(known.ended(), now);
            Duration took = began == null ? Duration.ZERO : Duration.between(began, ended);
            return new StepReport(
                    known.name(),
                    title,
                    beyondReturn,
                    known.state(),
                    known.detail(),
                    Optional.ofNullable(began),
                    took.isNegative() ? Duration.ZERO : took,
                    known.measurements());
        }
    }

    public RunbookReport {
        steps = List.copyOf(steps);
        lag = List.copyOf(lag);
    }

    /** Of a run as it is known; titles are the runbook's, where it has the steps. */
    static RunbookReport of(
            Runbook runbook, RunRecord run, Outcome outcome, Optional<String> why, Ways ways, Instant now) {
        Map<String, String> titles = new HashMap<>();
        Set<String> beyond = new HashSet<>();
        for (int i = 0; i < runbook.groups().size(); i++) {
            for (Placed<?> step : runbook.groups().get(i)) {
                titles.put(step.name(), step.title());
                if (i >= runbook.firstBeyond()) {
                    beyond.add(step.name());
                }
            }
        }
        List<StepReport> steps = run.steps().stream()
                .map(step -> StepReport.of(
                        step, titles.getOrDefault(step.name(), step.name()), beyond.contains(step.name()), now))
                .toList();
        return new RunbookReport(run.runbook(), run.id(), outcome, why, ways, run.began(), now, steps, List.of());
    }

    /** The same, with what was measured of a mirror's lag. */
    public RunbookReport withLag(List<LagSample> samples) {
        return new RunbookReport(runbook, id, outcome, why, ways, began, ended, steps, samples);
    }

    /** The command with which a person goes on; empty when nothing is left to do, or it is not known. */
    public String goOn() {
        return ways.goOn();
    }

    /** From the first beginning to this end. */
    public Duration took() {
        return Duration.between(began, ended);
    }

    /** All that was measured, in the order of the steps; of one kind and subject what the last step says. */
    public List<Measurement> measurements() {
        Map<String, Measurement> last = new LinkedHashMap<>();
        steps.stream()
                .flatMap(step -> step.measurements().stream())
                .forEach(each -> last.put(each.kind() + " of " + each.of(), each));
        return List.copyOf(last.values());
    }

    /** The worst that was measured of a kind; empty when nothing was. */
    public Optional<Duration> worst(Kind kind) {
        return measurements().stream()
                .filter(each -> each.kind() == kind)
                .flatMap(each -> Stream.ofNullable(each.value()))
                .max(Duration::compareTo);
    }

    /**
     * Whether a promise was kept.
     *
     * @return empty where that cannot be told: nothing was measured of its kind, or something of it is unknown and the rest does not break it
     */
    public Optional<Boolean> isKept(Kind kind, Duration promised) {
        List<Measurement> all =
                measurements().stream().filter(each -> each.kind() == kind).toList();
        if (worst(kind).filter(worst -> worst.compareTo(promised) > 0).isPresent()) {
            return Optional.of(false);
        }
        boolean known = !all.isEmpty() && all.stream().allMatch(each -> each.value() != null);
        return known ? Optional.of(true) : Optional.empty();
    }

    /** One JSON document; durations in seconds. */
    public String toJson() {
        return new RunbookJson(this).render();
    }

    /** One page that loads nothing else, fit to attach to a ticket: the steps along time, what was measured, and the lag. */
    public String toHtml() {
        return toHtml(outcome.told());
    }

    /** The same under a verdict of the caller's, by objectives that it knows for one. */
    public String toHtml(String verdict) {
        return new RunbookHtml(this, verdict).render();
    }

    /** For people: a line for each step, and what to do. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(runbook).append(": ");
        text.append(outcome.told())
                .append(" after ")
                .append(took().toMillis() / 1e3)
                .append(" s\n");
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
                        .append(each.told())
                        .append('\n'));
        why.ifPresent(reason -> text.append("Why: ").append(reason).append('\n'));
        if (!ways.equals(Ways.NONE)) {
            text.append(ways.told("\n")).append('\n');
        }
        return text.toString();
    }
}
