package io.drkit.examples.runbook.step;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsSwitcher;
import io.drkit.examples.runbook.platform.Domain;
import io.drkit.examples.runbook.step.PlanDns.Planned;
import io.drkit.examples.runbook.step.SwitchDns.Switched;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes names lead where {@link PlanDns} planned, or back where they led before. Undone by the change's reverse. */
public final class SwitchDns implements Step<Switched> {

    private final Optional<Domain> domain;
    private final String plan;
    private final boolean back;

    /** @param serials of the zones that have it, by name */
    public record Switched(Map<String, Long> serials) {

        public Switched {
            serials = new TreeMap<>(serials);
        }
    }

    private SwitchDns(Optional<Domain> domain, String plan, boolean back) {
        this.domain = domain;
        this.plan = plan;
        this.back = back;
    }

    /** @param plan the step that planned it */
    public static SwitchDns as(String plan, Optional<Domain> domain) {
        return new SwitchDns(domain, plan, false);
    }

    /** The other way round. */
    public static SwitchDns backFrom(String plan, Optional<Domain> domain) {
        return new SwitchDns(domain, plan, true);
    }

    @Override
    public Class<Switched> recordType() {
        return Switched.class;
    }

    @Override
    public Check check(StepContext context) {
        return domain.isPresent() ? Check.GO : Check.skip("no names are configured for this");
    }

    @Override
    public Switched act(StepContext context) {
        DnsChange change = change(context, plan);
        Map<String, Long> serials = new TreeMap<>();
        try (DnsSwitcher dns = domain.orElseThrow().switcher().get()) {
            for (Map.Entry<DnsName, Long> each :
                    dns.apply(back ? change.reversed() : change).serials().entrySet()) {
                serials.put(each.getKey().ascii(), each.getValue());
            }
        }
        return new Switched(serials);
    }

    static DnsChange change(StepContext context, String plan) {
        return context.recordOf(plan, Planned.class)
                .orElseThrow(() -> new UnsafeToProceedException("Step " + plan + " planned nothing."))
                .parsed();
    }

    @Override
    public String told(Switched switched) {
        return switched.serials().isEmpty() ? "" : "with serials " + switched.serials();
    }

    @Override
    public void undo(StepContext context, Optional<Switched> record) {
        DnsChange change = change(context, plan);
        try (DnsSwitcher dns = domain.orElseThrow().switcher().get()) {
            dns.apply(back ? change : change.reversed());
        }
    }
}
