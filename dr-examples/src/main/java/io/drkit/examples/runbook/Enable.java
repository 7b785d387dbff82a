package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.BringLevel;
import io.drkit.examples.runbook.step.PartLooks;
import io.drkit.examples.runbook.step.SiteLooks;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.StepOptions;
import java.time.Clock;

/** Disaster recovery for the first time: everything is reached, keys are readable, the standby is level, and that is proved. Then the mirror is started. */
public final class Enable {

    private Enable() {}

    public static Runbook of(Platform platform) {
        Way way = platform.there();
        SiteLooks sites = new SiteLooks(way, Clock.systemUTC());
        PartLooks parts = new PartLooks(platform, Clock.systemUTC());
        StepOptions looking = StepOptions.DEFAULTS.attempts(1, StepOptions.DEFAULTS.pause());
        return Runbook.named("enable")
                .together(group -> group.step("etcd-primary", "The primary's etcd", sites.answers(way.from()), looking)
                        .step("etcd-standby", "The standby's etcd", sites.answers(way.to()), looking)
                        .step("nodes-primary", "The primary's nodes, by SSH", parts.nodes(way.from()), looking)
                        .step("nodes-standby", "The standby's nodes, by SSH", parts.nodes(way.to()), looking)
                        .step("api-primary", "The primary's Kubernetes API", parts.api(way.from()), looking)
                        .step("api-standby", "The standby's Kubernetes API", parts.api(way.to()), looking)
                        .step("dns", "The platform's names", parts.domain(), looking))
                .together(group -> group.step(
                                "keys-primary",
                                "Values of the primary, read with its keys",
                                sites.encryption(way.from()))
                        .step("keys-standby", "Values of the standby, read with its keys", sites.encryption(way.to())))
                .step(
                        "first-mirror",
                        "Mirror until the standby is level, and prove it",
                        BringLevel.unlessMirrored(way),
                        StepOptions.DEFAULTS.deadline(BringLevel.DEADLINE))
                .build();
    }
}
