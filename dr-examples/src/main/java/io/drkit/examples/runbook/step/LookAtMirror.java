package io.drkit.examples.runbook.step;

import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.LookAtMirror.Running;
import io.drkit.keystore.KeyStore;
import io.drkit.runbook.StepContext;

/** Whether a mirror runs to a site, before it is stopped: in the journal by then, so that undoing knows what was there. */
public final class LookAtMirror implements Looks<Running> {

    private final Way way;

    /** What was found. */
    public record Running(boolean runs) {}

    public LookAtMirror(Way way) {
        this.way = way;
    }

    @Override
    public Class<Running> recordType() {
        return Running.class;
    }

    @Override
    public Running act(StepContext context) {
        try (KeyStore site = way.to().open()) {
            return new Running(RunningMirror.isAt(site, way.mirror()));
        }
    }

    @Override
    public String told(Running found) {
        return found.runs() ? "one runs" : "none runs";
    }
}
