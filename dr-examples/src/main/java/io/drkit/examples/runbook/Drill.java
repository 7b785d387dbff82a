package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.Move;
import io.drkit.examples.runbook.step.PlanDns;
import io.drkit.examples.runbook.step.PlanVolumes;
import io.drkit.examples.runbook.step.Rehearsed;
import io.drkit.examples.runbook.step.SiteLooks;
import io.drkit.examples.runbook.step.SwitchDns;
import io.drkit.examples.runbook.step.TakePosition;
import io.drkit.examples.runbook.step.VerifyDns;
import io.drkit.runbook.Runbook;
import io.drkit.site.Role;
import java.time.Clock;

/**
 * A rehearsal that nobody notices: how far the standby is, whether the applications could be moved, and a switch of names of its own to the standby
 * and back. Neither roles, volumes nor the platform's names are touched. Whatever fails, the names are put back.
 */
public final class Drill {

    private Drill() {}

    public static Runbook of(Platform platform) {
        Way way = platform.there();
        return Runbook.named("drill")
                .step(
                        "standby",
                        "The standby answers, and is one",
                        new SiteLooks(way, Clock.systemUTC()).role(way.to(), Role.STANDBY))
                .step("position", "How far the standby is", new TakePosition(way, Clock.systemUTC()))
                .step(
                        "volumes-plan",
                        "Whether the applications could be moved",
                        new PlanVolumes(platform.applications(), Move.FAILOVER))
                .step(
                        "dns-plan",
                        "Where the drill's names lead",
                        PlanDns.creating(way.to().name(), platform.drill()))
                .step("dns-switch", "Switch the drill's names", SwitchDns.as("dns-plan", platform.drill()))
                .step("dns-verify", "Verify that they lead there", new VerifyDns("dns-plan", platform.drill()))
                .step("rehearsed", "How long it took", new Rehearsed(Clock.systemUTC()))
                .step("dns-back", "Put the drill's names back", SwitchDns.backFrom("dns-plan", platform.drill()))
                .build();
    }
}
