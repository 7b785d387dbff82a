package io.drkit.examples.runbook.step;

import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsProof;
import io.drkit.dns.DnsProof.Finding;
import io.drkit.dns.DnsProof.Verdict;
import io.drkit.examples.runbook.platform.Domain;
import io.drkit.examples.runbook.step.VerifyDns.Verified;
import io.drkit.runbook.Check;
import io.drkit.runbook.StepContext;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks authoritative servers, resolvers and pods until all of them see the change, or the time has passed. */
public final class VerifyDns implements Looks<Verified> {

    private final Optional<Domain> domain;
    private final String plan;

    /** @param asked how many vantage points, 0 where nobody is configured */
    public record Verified(int asked) {}

    /** @param plan the step that planned the change */
    public VerifyDns(String plan, Optional<Domain> domain) {
        this.plan = plan;
        this.domain = domain;
    }

    @Override
    public Class<Verified> recordType() {
        return Verified.class;
    }

    @Override
    public Check check(StepContext context) {
        return domain.isPresent() ? Check.GO : Check.skip("no names are configured for this");
    }

    @Override
    public Verified act(StepContext context) {
        Domain names = domain.orElseThrow();
        DnsChange change = SwitchDns.change(context, plan);
        return Interruptible.call("Asking for the names", () -> {
            try (Domain.Audience audience = names.audience().apply(change)) {
                if (audience.vantages().isEmpty()) {
                    return new Verified(0);
                }
                DnsProof proof =
                        DnsProof.await(change, audience.vantages(), names.patience(), Clock.systemUTC(), Ticker.SYSTEM);
                if (!proof.isProved()) {
                    throw new UnsafeToProceedException(
                            "Not everybody sees it after " + names.patience().toSeconds() + " s: " + missing(proof));
                }
                return new Verified(audience.vantages().size());
            }
        });
    }

    private static String missing(DnsProof proof) {
        List<Finding> others = proof.findings().stream()
                .filter(finding -> finding.verdict() != Verdict.MOVED)
                .toList();
        return others.stream()
                        .map(finding -> finding.vantage() + " says of " + finding.name() + " "
                                + finding.reason().orElse(finding.seen().toString()))
                        .distinct()
                        .collect(Collectors.joining("; "))
                + proof.staleUntil()
                        .map(until -> "; resolvers may be stale until " + until)
                        .orElse("");
    }

    @Override
    public String told(Verified verified) {
        return verified.asked() == 0
                ? "nobody is configured to be asked (dns.resolvers, dns.authoritative, dns.pods)"
                : "all " + verified.asked() + " who were asked see it";
    }
}
