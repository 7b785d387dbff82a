package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.Begin;
import io.drkit.examples.runbook.step.BringLevel;
import io.drkit.examples.runbook.step.Demote;
import io.drkit.examples.runbook.step.Fence;
import io.drkit.examples.runbook.step.ListLostWrites;
import io.drkit.examples.runbook.step.LookAtApiservers;
import io.drkit.examples.runbook.step.LookAtMirror;
import io.drkit.examples.runbook.step.LookAtPorts;
import io.drkit.examples.runbook.step.Move;
import io.drkit.examples.runbook.step.MoveVolumes;
import io.drkit.examples.runbook.step.PlanDns;
import io.drkit.examples.runbook.step.PlanVolumes;
import io.drkit.examples.runbook.step.Promote;
import io.drkit.examples.runbook.step.QuiesceApplications;
import io.drkit.examples.runbook.step.SiteLooks;
import io.drkit.examples.runbook.step.StopMirror;
import io.drkit.examples.runbook.step.SwitchApiservers;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.StepOptions;
import io.drkit.site.Role;
import java.time.Clock;
import java.util.Optional;

/**
 * Home again after a failover or a migration. What the old primary wrote last and nobody had is listed, and set aside in its quarantine as it is
 * overwritten; then it is mirrored to until it is level, and the roles change back.
 */
public final class Failback {

    private Failback() {}

    public static Runbook of(Platform platform) {
        Way way = platform.there().back();
        Optional<ControlPlane> home = platform.controlPlane(way.to());
        StepOptions long6 = StepOptions.DEFAULTS.deadline(BringLevel.DEADLINE);
        Runbook.Builder steps = Runbook.named("failback")
                .step(
                        "primary",
                        way.from() + " answers, and is the primary",
                        new SiteLooks(way, Clock.systemUTC()).role(way.from(), Role.PRIMARY))
                .step(
                        "ports",
                        "Which ports of " + way.to() + " are closed",
                        new LookAtPorts(home, platform.ports(), way.to().name()))
                .step(
                        "open-ports",
                        "Open the ports of " + way.to(),
                        Fence.opening(home, platform.ports(), way.to().name(), "ports"));
        if (!way.standbyRests() || platform.applications().isPresent()) {
            steps.step(
                            "home-apiservers",
                            "Which kube-apiservers of " + way.to() + " run",
                            LookAtApiservers.as(
                                    platform.apiservers(way.to()), way.to().name()))
                    .step(
                            "start-home-apiservers",
                            "Start the kube-apiservers of " + way.to(),
                            SwitchApiservers.starting(
                                    platform.apiservers(way.to()), way.to().name(), "home-apiservers"));
        }
        steps.step(
                        "volumes-plan",
                        "Whether the applications can come back",
                        new PlanVolumes(platform.applications(), Move.FAILBACK))
                .step("dns-plan", "Where the names lead", PlanDns.to(way.to().name(), platform.domain()))
                .step(
                        "lost-writes",
                        "List what " + way.to() + " wrote last, and nobody had",
                        ListLostWrites.on(platform.there()))
                .pointOfNoReturn()
                .step(
                        "demote",
                        "Make " + way.to() + " a standby",
                        new Demote(way),
                        StepOptions.DEFAULTS.confirm("Overwrite what " + way.to()
                                + " wrote last? Its values are set aside" + " in its quarantine."))
                .step("mirror", "Whether a mirror runs", new LookAtMirror(way))
                .step(
                        "stop-mirror",
                        "Stop what mirrors to " + way.to(),
                        StopMirror.whateverIsProved(way, "mirror"),
                        long6);
        WriteStop.rest("rest-home-apiservers", way, platform, steps);
        steps.step("written-late", "What else " + way.to() + " wrote until now", ListLostWrites.on(platform.there()))
                .step("mirror-back", "Mirror to " + way.to() + " until it is level", new BringLevel(way), long6)
                .step(
                        "begin",
                        "Begin the move",
                        new Begin(),
                        StepOptions.DEFAULTS.confirm(
                                "Move the platform to " + way.to() + "? Its applications stop now."))
                .step(
                        "quiesce",
                        "Stop the applications",
                        new QuiesceApplications(platform.applications(), platform.cluster(way.from())));
        WriteStop.begins(way, platform, steps);
        steps.step("final-mirror", "Mirror what was written last, and prove it", new BringLevel(way), long6)
                .step("promote", "Change the roles back", new Promote(way.to(), way.from()))
                .step(
                        "left-behind",
                        "What was written to " + way.from() + " after the proof",
                        ListLostWrites.afterPlannedMove(way, "final-mirror"));
        WriteStop.isOver(way, platform, steps);
        steps.step(
                "volumes",
                "Bring the applications back with their volumes",
                new MoveVolumes(platform.applications(), Move.FAILBACK),
                StepOptions.DEFAULTS.deadline(MoveVolumes.DEADLINE));
        Arrival.at(way.to(), platform, "failback", steps);
        WriteStop.rest("rest-apiservers", way.back(), platform, steps);
        return steps.step(
                        "left-since",
                        "What was written to " + way.from() + " until now",
                        ListLostWrites.afterPlannedMove(way, "final-mirror"))
                .step(
                        "mirror-on",
                        "Bring " + way.from() + " level, as the standby that it is again",
                        new BringLevel(way.back()),
                        long6)
                .build();
    }
}
