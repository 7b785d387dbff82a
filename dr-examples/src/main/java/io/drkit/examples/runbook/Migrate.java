package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.Begin;
import io.drkit.examples.runbook.step.BringLevel;
import io.drkit.examples.runbook.step.ListLostWrites;
import io.drkit.examples.runbook.step.LookAtMirror;
import io.drkit.examples.runbook.step.Move;
import io.drkit.examples.runbook.step.MoveVolumes;
import io.drkit.examples.runbook.step.PlanDns;
import io.drkit.examples.runbook.step.PlanVolumes;
import io.drkit.examples.runbook.step.Promote;
import io.drkit.examples.runbook.step.QuiesceApplications;
import io.drkit.examples.runbook.step.SiteLooks;
import io.drkit.examples.runbook.step.StopMirror;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.StepOptions;
import io.drkit.site.Role;
import java.time.Clock;

/**
 * A planned move to the standby while both sites are well: the applications and kube-apiserver rest, a last mirror brings the standby level and proves it, and the roles
 * change. What anybody else writes to the old primary after that proof is listed, before it is overwritten, and counts as lost.
 */
public final class Migrate {

    private Migrate() {}

    public static Runbook of(Platform platform) {
        Way way = platform.there();
        SiteLooks sites = new SiteLooks(way, Clock.systemUTC());
        StepOptions long6 = StepOptions.DEFAULTS.deadline(BringLevel.DEADLINE);
        Runbook.Builder steps = Runbook.named("migrate")
                .step("primary", "The primary answers, and is one", sites.role(way.from(), Role.PRIMARY))
                .step("standby", "The standby answers, and is one", sites.role(way.to(), Role.STANDBY))
                .step(
                        "volumes-plan",
                        "Whether the applications can be moved",
                        new PlanVolumes(platform.applications(), Move.MIGRATE))
                .step("dns-plan", "Where the names lead", PlanDns.to(way.to().name(), platform.domain()))
                .step(
                        "begin",
                        "Begin the move",
                        new Begin(),
                        StepOptions.DEFAULTS.confirm("Move the platform to " + way.to()
                                + "? Its applications stop now, and from the change of roles on nothing is undone."))
                .step(
                        "quiesce",
                        "Stop the applications",
                        new QuiesceApplications(platform.applications(), platform.cluster(way.from())))
                .step("mirror", "Whether a mirror runs", new LookAtMirror(way))
                .step("stop-mirror", "Prove equality and stop the mirror", StopMirror.safely(way, "mirror"), long6);
        WriteStop.begins(way, platform, steps);
        steps.step("final-mirror", "Mirror what was written last, and prove it", new BringLevel(way), long6)
                .pointOfNoReturn()
                .step("promote", "Change the roles", new Promote(way.to(), way.from()))
                .step(
                        "left-behind",
                        "What was written to the old primary after the proof",
                        ListLostWrites.afterPlannedMove(way, "final-mirror"));
        WriteStop.isOver(way, platform, steps);
        steps.step(
                "volumes",
                "Move the applications with their volumes",
                new MoveVolumes(platform.applications(), Move.MIGRATE),
                StepOptions.DEFAULTS.deadline(MoveVolumes.DEADLINE));
        Arrival.at(way.to(), platform, "migrate", steps);
        WriteStop.rest("rest-apiservers", way.back(), platform, steps);
        return steps.step(
                        "left-since",
                        "What was written to the old primary until now",
                        ListLostWrites.afterPlannedMove(way, "final-mirror"))
                .step(
                        "mirror-back",
                        "Bring the old primary level, as the standby that it is now",
                        new BringLevel(way.back()),
                        long6)
                .build();
    }
}
