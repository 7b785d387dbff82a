package io.drkit.examples;

import io.drkit.UnsafeToProceedException;
import io.drkit.runbook.Check;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.Runbook.Placed;
import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.util.List;
import java.util.Optional;

/** A runbook of which one step does what it does, and fails in the end; and that goes no further than its point of no return. */
final class FailingRunbook {

    private FailingRunbook() {}

    /** A step that is done, and then found not to be. */
    private record FailsInTheEnd<R>(Step<R> step) implements Step<R> {

        @Override
        public Class<R> recordType() {
            return step.recordType();
        }

        @Override
        public Check check(StepContext context) {
            return step.check(context);
        }

        @Override
        public R act(StepContext context) {
            return step.act(context);
        }

        @Override
        public void verify(StepContext context, R record) {
            throw new UnsafeToProceedException("meant to fail");
        }

        @Override
        public void undo(StepContext context, Optional<R> record) {
            step.undo(context, record);
        }
    }

    /** The names of the steps that are undone when one fails. */
    static List<String> undoable(Runbook whole) {
        return whole.groups().subList(0, whole.firstBeyond()).stream()
                .flatMap(List::stream)
                .<String>map(Placed::name)
                .toList();
    }

    static Runbook at(String step, Runbook whole) {
        Runbook.Builder steps = Runbook.named(whole.name());
        List<List<Placed<?>>> groups = whole.groups();
        for (int i = 0; i < groups.size(); i++) {
            if (i == whole.firstBeyond()) {
                steps.step("end", "End", Step.looking(context -> {
                    throw new UnsafeToProceedException("no further");
                }));
                steps.pointOfNoReturn();
            }
            List<Placed<?>> placed = groups.get(i);
            steps.together(group -> placed.forEach(each -> place(group, each, step)));
        }
        return steps.build();
    }

    private static <R> void place(Runbook.Group group, Placed<R> placed, String failing) {
        Step<R> step = placed.name().equals(failing) ? new FailsInTheEnd<>(placed.step()) : placed.step();
        group.step(placed.name(), placed.title(), step, placed.options());
    }
}
