package io.drkit.examples.runbook.step;

import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.step.InService.Served;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.StepContext;
import io.drkit.site.Role;
import io.drkit.site.Site;
import java.time.Clock;
import java.time.Instant;

/** Sees that a site is the primary and answers, and measures how long that took since the run was begun: the RTO. */
public final class InService implements OneWay<Served> {

    private final EtcdSite site;
    private final Clock clock;

    /** @param at when it was seen */
    public record Served(Instant at) {}

    public InService(EtcdSite site, Clock clock) {
        this.site = site;
        this.clock = clock;
    }

    @Override
    public Class<Served> recordType() {
        return Served.class;
    }

    @Override
    public Served act(StepContext context) {
        try (EtcdKeyStore store = site.open()) {
            if (Site.at(store)
                    .role()
                    .filter(role -> role.role() == Role.PRIMARY)
                    .isEmpty()) {
                throw new UnsafeToProceedException(site + " is not the primary any more: somebody else changed roles.");
            }
        }
        Instant now = clock.instant();
        context.measured(
                Measurement.of(Measurement.Kind.RTO, "platform", TakePosition.age(context.runBegan(), now, now)));
        return new Served(now);
    }

    @Override
    public String told(Served served) {
        return "the platform is at " + site;
    }
}
