package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.PartLooks;
import io.drkit.examples.runbook.step.SiteLooks;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.StepOptions;
import java.time.Clock;

/** What is looked at every day: equality, lag, keys, volumes. All at once, so that one finding does not hide another. */
public final class RoutineCheck {

    private RoutineCheck() {}

    public static Runbook of(Platform platform) {
        Way way = platform.there();
        SiteLooks sites = new SiteLooks(way, Clock.systemUTC());
        PartLooks parts = new PartLooks(platform, Clock.systemUTC());
        StepOptions looking = StepOptions.DEFAULTS.attempts(1, StepOptions.DEFAULTS.pause());
        return Runbook.named("routine-check")
                .together(group -> group.step(
                                "mirror",
                                "The mirror, and how far it is behind",
                                sites.mirror(platform.objectives().rpo()),
                                looking)
                        .step(
                                "equality",
                                "The two sites, compared",
                                sites.equality(),
                                looking.deadline(StepOptions.DEFAULTS.deadline().multipliedBy(6)))
                        .step("keys-primary", "Encrypted values of the primary", sites.encryption(way.from()), looking)
                        .step("keys-standby", "Encrypted values of the standby", sites.encryption(way.to()), looking)
                        .step("volumes", "The applications' volumes", parts.volumes(), looking))
                .build();
    }
}
