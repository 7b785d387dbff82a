package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.AcceptRisk;
import io.drkit.examples.runbook.step.Evidence;
import io.drkit.examples.runbook.step.Fence;
import io.drkit.examples.runbook.step.GatherEvidence;
import io.drkit.examples.runbook.step.ListLostWrites;
import io.drkit.examples.runbook.step.LookAtMirror;
import io.drkit.examples.runbook.step.LookAtPorts;
import io.drkit.examples.runbook.step.Move;
import io.drkit.examples.runbook.step.MoveVolumes;
import io.drkit.examples.runbook.step.PlanDns;
import io.drkit.examples.runbook.step.PlanVolumes;
import io.drkit.examples.runbook.step.Promote;
import io.drkit.examples.runbook.step.SiteLooks;
import io.drkit.examples.runbook.step.StopMirror;
import io.drkit.examples.runbook.step.TakePosition;
import io.drkit.examples.runbook.step.TakePosition.Position;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.StepContext;
import io.drkit.runbook.StepOptions;
import io.drkit.site.Role;
import java.time.Clock;
import java.util.Optional;
import java.util.stream.Collectors;

/** The primary is lost: its platform goes to the standby, with what the standby has. What was lost is measured, and listed as soon as it can be. */
public final class Failover {

    private Failover() {}

    public static Runbook of(Platform platform) {
        Way way = platform.there();
        Runbook.Builder steps = Runbook.named("failover")
                .step(
                        "standby",
                        "The standby answers, and is one",
                        new SiteLooks(way, Clock.systemUTC()).role(way.to(), Role.STANDBY))
                .together(looks -> look(platform, looks))
                .step(
                        "primary-answers",
                        "Fail over though a part of the primary answers",
                        new AcceptRisk(Failover::answering),
                        StepOptions.DEFAULTS.confirm(
                                "A part of the primary answers. Fail over all the same, rather than" + " migrate?"))
                .step("stop-mirror", "Stop the mirror", StopMirror.whateverIsProved(way, "mirror"))
                .step("position", "How far the standby is", new TakePosition(way, Clock.systemUTC()))
                .step(
                        "incomplete",
                        "Fail over though the standby lacks a part",
                        new AcceptRisk(Failover::incomplete),
                        StepOptions.DEFAULTS.confirm("The standby lacks a part. Fail over all the same?"))
                .step(
                        "fence",
                        "Close the primary's ports",
                        Fence.closing(
                                platform.controlPlane(way.from()),
                                platform.ports(),
                                way.from().name(),
                                "ports"));
        WriteStop.beginsWherePossible(way, platform, steps);
        steps.pointOfNoReturn()
                .step(
                        "promote",
                        "Make the standby the primary",
                        new Promote(way.to(), way.from()),
                        StepOptions.DEFAULTS.confirm(
                                "Make " + way.to() + " the primary? From here nothing is undone."));
        WriteStop.start(way.to(), platform, steps);
        steps.step(
                "volumes",
                "Move the applications with their volumes",
                new MoveVolumes(platform.applications(), Move.FAILOVER),
                StepOptions.DEFAULTS.deadline(MoveVolumes.DEADLINE));
        Arrival.at(way.to(), platform, "failover", steps);
        return steps.step(
                        "lost-writes",
                        "List what the old primary wrote last",
                        ListLostWrites.afterFailover(way, "position", "evidence", "promote"))
                .build();
    }

    /** All at once, for what is asked of a lost site takes its whole deadline. */
    private static void look(Platform platform, Runbook.Group looks) {
        Way way = platform.there();
        looks.step(
                        "evidence",
                        "Look at the primary from several vantage points",
                        new GatherEvidence(platform, way.from(), platform.controlPlane(way.to())))
                .step("mirror", "Whether a mirror runs", new LookAtMirror(way))
                .step(
                        "volumes-plan",
                        "Whether the applications can be moved",
                        new PlanVolumes(platform.applications(), Move.FAILOVER))
                .step("dns-plan", "Where the names lead", PlanDns.to(way.to().name(), platform.domain()))
                .step(
                        "ports",
                        "Which ports of the primary are closed",
                        new LookAtPorts(
                                platform.controlPlane(way.from()),
                                platform.ports(),
                                way.from().name()));
        WriteStop.look(way, platform, looks);
    }

    private static Optional<String> answering(StepContext context) {
        return context.recordOf("evidence", Evidence.class)
                .map(evidence -> evidence.with(Evidence.Answer.YES))
                .filter(answering -> !answering.isEmpty())
                .map(answering -> answering.stream()
                        .map(each -> each.target() + " answers to " + each.from())
                        .collect(Collectors.joining(", ")));
    }

    private static Optional<String> incomplete(StepContext context) {
        return context.recordOf("position", Position.class).flatMap(TakePosition::risk);
    }
}
