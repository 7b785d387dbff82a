package io.drkit.examples.runbook.step;

import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.examples.runbook.platform.Domain;
import io.drkit.examples.runbook.step.PlanDns.Planned;
import io.drkit.runbook.Check;
import io.drkit.runbook.StepContext;
import java.time.Duration;
import java.util.Optional;

/** Reads where names lead and plans where they shall lead: in the journal before anything is changed, so that it can be gone on with and undone. */
public final class PlanDns implements Looks<Planned> {

    private static final Duration TTL = Duration.ofMinutes(1);

    private final Optional<Domain> domain;
    private final String site;
    private final boolean create;

    /** @param change as {@link DnsChange#toJson} writes it */
    public record Planned(String change) {

        DnsChange parsed() {
            return DnsChange.fromJson(change);
        }
    }

    private PlanDns(Optional<Domain> domain, String site, boolean create) {
        this.domain = domain;
        this.site = site;
        this.create = create;
    }

    /** The platform's names, which exist. */
    public static PlanDns to(String site, Optional<Domain> domain) {
        return new PlanDns(domain, site, false);
    }

    /** Names that are created where they do not exist, for a drill. */
    public static PlanDns creating(String site, Optional<Domain> domain) {
        return new PlanDns(domain, site, true);
    }

    @Override
    public Class<Planned> recordType() {
        return Planned.class;
    }

    @Override
    public Check check(StepContext context) {
        return domain.isPresent() ? Check.GO : Check.skip("no names are configured for this");
    }

    @Override
    public Planned act(StepContext context) {
        Domain names = domain.orElseThrow();
        try (DnsSwitcher dns = names.switcher().get()) {
            DnsRecords now = dns.read(names.names());
            Duration ttl = now.longestTtl().isZero() ? TTL : now.longestTtl();
            DnsRecords desired =
                    DnsRecords.pointing(names.names(), ttl, names.addresses().apply(site));
            return new Planned((create ? DnsChange.of(now, desired) : dns.plan(desired)).toJson());
        }
    }

    @Override
    public String told(Planned planned) {
        DnsChange change = planned.parsed();
        return change.changed().isEmpty()
                ? "every name leads to " + site + " already"
                : change.changed().stream()
                        .map(name -> name + " from " + change.before().describe(name) + " to "
                                + change.after().describe(name))
                        .reduce((one, other) -> one + "; " + other)
                        .orElse("");
    }
}
