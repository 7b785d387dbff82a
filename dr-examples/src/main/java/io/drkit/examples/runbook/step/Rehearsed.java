package io.drkit.examples.runbook.step;

import io.drkit.runbook.Measurement;
import io.drkit.runbook.Step.Nothing;
import io.drkit.runbook.StepContext;
import java.time.Clock;
import java.time.Instant;

/** Measures how long a rehearsal took until its names led to the standby: of the RTO, what does not depend on the platform. */
public final class Rehearsed implements OneWay<Nothing> {

    private final Clock clock;

    public Rehearsed(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Class<Nothing> recordType() {
        return Nothing.class;
    }

    @Override
    public Nothing act(StepContext context) {
        Instant now = clock.instant();
        context.measured(Measurement.of(Measurement.Kind.RTO, "drill", TakePosition.age(context.runBegan(), now, now)));
        return Nothing.INSTANCE;
    }
}
