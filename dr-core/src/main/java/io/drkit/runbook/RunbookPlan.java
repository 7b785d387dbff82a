package io.drkit.runbook;

import io.drkit.DrException;
import io.drkit.runbook.Runbook.Placed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run would do. Making one changes nothing, takes no lock and writes no journal.
 *
 * @param ready whether no check failed; true where none was made
 */
public record RunbookPlan(String runbook, List<PlannedStep> steps, boolean ready) {

    /** What a step's check said. */
    public enum Verdict {
        NOT_CHECKED,
        GO,
        SKIP,
        REFUSED
    }

    /**
     * A step of it.
     *
     * @param group which steps run together: the same number
     * @param finding what its check found, or why it is skipped or refused
     */
    public record PlannedStep(
            String name,
            String title,
            int group,
            boolean beyondReturn,
            String question,
            Verdict verdict,
            String finding) {}

    public RunbookPlan {
        steps = List.copyOf(steps);
    }

    /** The steps alone. */
    public static RunbookPlan of(Runbook runbook) {
        return plan(
                runbook,
                step -> new PlannedStep(
                        step.name(), step.title(), 0, false, step.options().question(), Verdict.NOT_CHECKED, ""));
    }

    /** With what each step's check says now. A check that needs what earlier steps would have done says what it can. */
    public static RunbookPlan checked(Runbook runbook, RunbookOptions options) {
        try (StepCalls calls = new StepCalls(() -> true, options.endPatience(), options.listener()::progress)) {
            return plan(runbook, step -> checked(step, options, calls));
        }
    }

    private interface Planning {
        PlannedStep plan(Placed<?> step);
    }

    private static RunbookPlan plan(Runbook runbook, Planning planning) {
        List<PlannedStep> steps = new ArrayList<>();
        for (int i = 0; i < runbook.groups().size(); i++) {
            for (Placed<?> step : runbook.groups().get(i)) {
                PlannedStep planned = planning.plan(step);
                steps.add(new PlannedStep(
                        planned.name(),
                        planned.title(),
                        i,
                        i >= runbook.firstBeyond(),
                        planned.question(),
                        planned.verdict(),
                        planned.finding()));
            }
        }
        boolean ready = steps.stream().noneMatch(step -> step.verdict() == Verdict.REFUSED);
        return new RunbookPlan(runbook.name(), steps, ready);
    }

    private static PlannedStep checked(Placed<?> step, RunbookOptions options, StepCalls calls) {
        Verdict verdict;
        String finding;
        try {
            Check check = calls.call(step, () -> step.step().check(new DryRun(step, options)));
            if (check instanceof Check.Skip skip) {
                verdict = Verdict.SKIP;
                finding = skip.reason();
            } else {
                verdict = Verdict.GO;
                finding = check instanceof Check.Go go ? go.found() : "";
            }
        } catch (DrException | StoppedException e) {
            verdict = Verdict.REFUSED;
            finding = String.valueOf(e.getMessage());
        }
        return new PlannedStep(
                step.name(), step.title(), 0, false, step.options().question(), verdict, finding);
    }

    /** Nothing was done before. */
    private record DryRun(Placed<?> step, RunbookOptions options) implements StepContext {

        @Override
        public Instant runBegan() {
            return options.clock().instant();
        }

        @Override
        public boolean isDryRun() {
            return true;
        }

        @Override
        public <R> Optional<R> recordOf(String earlier, Class<R> type) {
            return Optional.empty();
        }

        @Override
        public void tell(String progress) {
            options.listener().progress(step, progress);
        }

        @Override
        public void measured(Measurement measurement) {
            // Nothing was lost or away.
        }
    }

    /** For people: a line for each step. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(runbook).append(":\n");
        boolean beyond = false;
        int group = -1;
        for (PlannedStep step : steps) {
            if (step.beyondReturn() && !beyond) {
                beyond = true;
                text.append("  -- point of no return --\n");
            }
            text.append(step.group() == group ? "  & " : "  - ")
                    .append(step.name())
                    .append(": ")
                    .append(step.title());
            group = step.group();
            if (!step.question().isEmpty()) {
                text.append(" (asks: ").append(step.question()).append(')');
            }
            switch (step.verdict()) {
                case SKIP -> text.append(" [skipped: ").append(step.finding()).append(']');
                case REFUSED ->
                    text.append(" [REFUSED: ").append(step.finding()).append(']');
                case GO -> text.append(step.finding().isEmpty() ? "" : " [" + step.finding() + "]");
                case NOT_CHECKED -> {}
            }
            text.append('\n');
        }
        return text.toString();
    }
}
