package io.drkit.examples.bench;

import io.drkit.runbook.Check;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.Runbook.Placed;
import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A step that notes how long its calls take, whoever makes them. */
record Timed<R>(String name, Step<R> step, Map<String, Duration> took) implements Step<R> {

    /** A runbook, all of whose steps note it; those that are skipped note the time until that was known. */
    static Runbook all(Runbook runbook, Map<String, Duration> took) {
        Runbook.Builder timed = Runbook.named(runbook.name());
        List<List<Placed<?>>> groups = runbook.groups();
        for (int i = 0; i < groups.size(); i++) {
            if (i == runbook.firstBeyond()) {
                timed.pointOfNoReturn();
            }
            List<Placed<?>> steps = groups.get(i);
            timed.together(group -> steps.forEach(step -> add(group, step, took)));
        }
        return timed.build();
    }

    private static <R> void add(Runbook.Group group, Placed<R> placed, Map<String, Duration> took) {
        group.step(placed.name(), placed.title(), new Timed<>(placed.name(), placed.step(), took), placed.options());
    }

    /** What the steps took of a run's time: of those that run together the longest. */
    static Duration together(Runbook runbook, Map<String, Duration> took) {
        return runbook.groups().stream()
                .map(group -> group.stream()
                        .map(step -> took.getOrDefault(step.name(), Duration.ZERO))
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private <T> T timed(Supplier<T> call) {
        long began = System.nanoTime();
        try {
            return call.get();
        } finally {
            took.merge(name, Duration.ofNanos(System.nanoTime() - began), Duration::plus);
        }
    }

    @Override
    public Class<R> recordType() {
        return step.recordType();
    }

    @Override
    public Check check(StepContext context) {
        return timed(() -> step.check(context));
    }

    @Override
    public boolean onlyLooks() {
        return step.onlyLooks();
    }

    @Override
    public R act(StepContext context) {
        return timed(() -> step.act(context));
    }

    @Override
    public void verify(StepContext context, R record) {
        timed(() -> {
            step.verify(context, record);
            return true;
        });
    }

    @Override
    public String told(R record) {
        return step.told(record);
    }

    @Override
    public void undo(StepContext context, Optional<R> record) {
        step.undo(context, record);
    }
}
