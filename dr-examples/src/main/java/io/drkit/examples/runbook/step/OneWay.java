package io.drkit.examples.runbook.step;

import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.util.Optional;

/** A step with nothing to take back: it only {@linkplain Looks looks}, or is safe to be left as it is, or stands beyond the point of no return. */
interface OneWay<R> extends Step<R> {

    @Override
    default void undo(StepContext context, Optional<R> record) {
        // There is nothing.
    }
}
