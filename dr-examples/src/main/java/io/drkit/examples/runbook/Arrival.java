package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.step.InService;
import io.drkit.examples.runbook.step.RestartWorkloads;
import io.drkit.examples.runbook.step.RunScript;
import io.drkit.examples.runbook.step.SwitchDns;
import io.drkit.examples.runbook.step.VerifyDns;
import io.drkit.runbook.Runbook;
import java.time.Clock;

/** What every move ends with: the names lead to the new site, everybody sees it, and what must notice is restarted. */
final class Arrival {

    private Arrival() {}

    /** After a step {@code dns-plan}. */
    static void at(EtcdSite site, Platform platform, String runbook, Runbook.Builder steps) {
        steps.step("dns-switch", "Switch the names", SwitchDns.as("dns-plan", platform.domain()))
                .step("dns-verify", "Verify that the names lead there", new VerifyDns("dns-plan", platform.domain()))
                .step("in-service", "The platform is in service at " + site, new InService(site, Clock.systemUTC()))
                .step(
                        "restart",
                        "Restart what must notice",
                        new RestartWorkloads(platform.cluster(site), platform.restarts()))
                .step("script", "Run the user's script", new RunScript(platform.script(), runbook));
    }
}
