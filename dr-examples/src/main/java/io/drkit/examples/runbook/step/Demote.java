package io.drkit.examples.runbook.step;

import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.Demote.Demoted;
import io.drkit.runbook.StepContext;
import io.drkit.site.Demotion;

/** Makes an old primary that came back a standby of the new one, so that it can be mirrored to. */
public final class Demote implements OneWay<Demoted> {

    private final Way way;

    /** The old primary's new role. */
    public record Demoted(long epoch) {}

    /** @param way from the new primary to the old one */
    public Demote(Way way) {
        this.way = way;
    }

    @Override
    public Class<Demoted> recordType() {
        return Demoted.class;
    }

    @Override
    public Demoted act(StepContext context) {
        try (Way.Pair sites = way.open()) {
            return new Demoted(Demotion.of(sites.to(), sites.from()).carryOut().epoch());
        }
    }

    @Override
    public String told(Demoted record) {
        return way.to() + " is a standby in epoch " + record.epoch();
    }
}
