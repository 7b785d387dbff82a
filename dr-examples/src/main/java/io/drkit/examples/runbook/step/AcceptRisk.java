package io.drkit.examples.runbook.step;

import io.drkit.runbook.Check;
import io.drkit.runbook.Step.Nothing;
import io.drkit.runbook.StepContext;
import java.util.Optional;
import java.util.function.Function;

/** Something that only a person may accept; placed with a question, which is asked only where there is something to accept. */
public final class AcceptRisk implements OneWay<Nothing> {

    private final Function<StepContext, Optional<String>> risk;

    /** @param risk what is to be accepted, by what earlier steps found; empty where nothing is */
    public AcceptRisk(Function<StepContext, Optional<String>> risk) {
        this.risk = risk;
    }

    @Override
    public Class<Nothing> recordType() {
        return Nothing.class;
    }

    @Override
    public Check check(StepContext context) {
        if (context.isDryRun()) {
            return new Check.Go("asked only where the steps before find a reason");
        }
        Optional<String> found = risk.apply(context);
        found.ifPresent(context::tell);
        return found.<Check>map(Check.Go::new).orElseGet(() -> Check.skip("nothing has to be accepted"));
    }

    @Override
    public Nothing act(StepContext context) {
        return Nothing.INSTANCE;
    }
}
