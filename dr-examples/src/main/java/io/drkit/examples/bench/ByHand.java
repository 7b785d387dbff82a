package io.drkit.examples.bench;

import io.drkit.runbook.Check;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.Runbook.Placed;
import io.drkit.runbook.StepContext;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A runbook's calls, one after the other, as a program without DrKit's engine makes them: no journal, no lock, no deadline, no second attempt. */
final class ByHand implements StepContext {

    private final Instant began = Instant.now();
    private final Map<String, Object> records = new HashMap<>();

    private ByHand() {}

    static void run(Runbook runbook) {
        ByHand hand = new ByHand();
        for (List<Placed<?>> group : runbook.groups()) {
            group.forEach(hand::make);
        }
    }

    private <R> void make(Placed<R> step) {
        if (step.step().check(this) instanceof Check.Go) {
            R record = step.step().act(this);
            records.put(step.name(), record);
            step.step().verify(this, record);
        }
    }

    @Override
    public Instant runBegan() {
        return began;
    }

    @Override
    public boolean isDryRun() {
        return false;
    }

    @Override
    public <R> Optional<R> recordOf(String step, Class<R> type) {
        return Optional.ofNullable(records.get(step)).map(type::cast);
    }

    @Override
    public void tell(String progress) {
        // Nobody listens.
    }

    @Override
    public void measured(Measurement measurement) {
        // Nothing is reported.
    }
}
