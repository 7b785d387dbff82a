package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.Apiservers;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.LookAtApiservers;
import io.drkit.examples.runbook.step.SwitchApiservers;
import io.drkit.runbook.Runbook;
import java.util.Optional;

/**
 * In a planned move nobody writes to the site that is left from before the last mirror until the roles have changed: its kube-apiservers are stopped. A
 * standby's rest for good where the scope is all, for then its control plane must not run; where it is not they run at both sites.
 */
final class WriteStop {

    private WriteStop() {}

    /** Before the last mirror from a site that is well. */
    static void begins(Way way, Platform platform, Runbook.Builder steps) {
        steps.together(looks -> look(way, platform, looks));
        Optional<Apiservers> servers = platform.apiservers(way.from());
        steps.step(
                "stop-apiservers",
                "Stop the kube-apiservers of " + way.from(),
                SwitchApiservers.stopping(servers, way.from().name(), "apiservers"));
    }

    /** At a site that is lost, as far as it can be; after {@link #look}. */
    static void beginsWherePossible(Way way, Platform platform, Runbook.Builder steps) {
        Optional<Apiservers> servers = platform.apiservers(way.from());
        steps.step(
                "stop-apiservers",
                "Stop the kube-apiservers of " + way.from(),
                SwitchApiservers.stoppingWherePossible(servers, way.from().name(), "apiservers"));
    }

    /** Those of the new primary will have to be started, when there is no way back any more. */
    static void look(Way way, Platform platform, Runbook.Group looks) {
        looks.step(
                        "next-apiservers",
                        "Whether the kube-apiservers of " + way.to() + " can be started",
                        LookAtApiservers.startable(
                                platform.apiservers(way.to()), way.to().name()))
                .step(
                        "apiservers",
                        "Which kube-apiservers of " + way.from() + " run",
                        LookAtApiservers.as(
                                platform.apiservers(way.from()), way.from().name()));
    }

    /** After the roles have changed: at the new primary, and at the old one, as far as moving its applications needs it or its control plane runs on. */
    static void isOver(Way way, Platform platform, Runbook.Builder steps) {
        start(way.to(), platform, steps);
        if (!way.standbyRests() || platform.applications().isPresent()) {
            steps.step(
                    "restart-apiservers",
                    "Start the kube-apiservers of " + way.from() + " again",
                    SwitchApiservers.starting(
                            platform.apiservers(way.from()), way.from().name(), ""));
        }
    }

    /** At a new primary. */
    static void start(EtcdSite site, Platform platform, Runbook.Builder steps) {
        steps.step(
                "start-apiservers",
                "Start the kube-apiservers of " + site,
                SwitchApiservers.starting(platform.apiservers(site), site.name(), ""));
    }

    /** At a standby that is to be mirrored to. */
    static void rest(String step, Way way, Platform platform, Runbook.Builder steps) {
        if (way.standbyRests()) {
            steps.step(
                    step,
                    "Stop the kube-apiservers of " + way.to() + ", a standby",
                    SwitchApiservers.stopping(
                            platform.apiservers(way.to()), way.to().name(), ""));
        }
    }
}
