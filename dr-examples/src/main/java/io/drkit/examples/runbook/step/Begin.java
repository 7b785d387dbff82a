package io.drkit.examples.runbook.step;

import io.drkit.runbook.Step.Nothing;
import io.drkit.runbook.StepContext;

/** Does nothing, and is placed with a question: a person says once that a planned move may begin, before anything stops for it. */
public final class Begin implements OneWay<Nothing> {

    @Override
    public Class<Nothing> recordType() {
        return Nothing.class;
    }

    @Override
    public Nothing act(StepContext context) {
        return Nothing.INSTANCE;
    }
}
