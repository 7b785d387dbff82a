package io.drkit.examples.runbook;

import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.LookAtApiservers;
import io.drkit.examples.runbook.step.PartLooks;
import io.drkit.examples.runbook.step.SiteLooks;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.StepOptions;
import io.drkit.site.Role;
import java.time.Clock;
import java.time.Duration;

/** Whether a move could begin now, by everything that is configured: ready, or not and why. Changes nothing. */
public final class Preflight {

    private static final Duration PROOF = Duration.ofDays(1);

    private Preflight() {}

    public static Runbook of(Platform platform) {
        Way way = platform.there();
        SiteLooks sites = new SiteLooks(way, Clock.systemUTC());
        PartLooks parts = new PartLooks(platform, Clock.systemUTC());
        StepOptions looking = StepOptions.DEFAULTS.attempts(1, StepOptions.DEFAULTS.pause());
        return Runbook.named("preflight")
                .together(group -> group.step(
                                "etcd-primary",
                                "The primary's etcd, and its role",
                                sites.role(way.from(), Role.PRIMARY),
                                looking)
                        .step(
                                "etcd-standby",
                                "The standby's etcd, and its role",
                                sites.role(way.to(), Role.STANDBY),
                                looking)
                        .step(
                                "mirror",
                                "The mirror, and how far it is behind",
                                sites.mirror(platform.objectives().rpo()),
                                looking)
                        .step("proof", "When the two sites were last proved equal", sites.proof(PROOF), looking)
                        .step("keys-primary", "Encrypted values of the primary", sites.encryption(way.from()), looking)
                        .step("keys-standby", "Encrypted values of the standby", sites.encryption(way.to()), looking)
                        .step("nodes-primary", "The primary's nodes, by SSH", parts.nodes(way.from()), looking)
                        .step("nodes-standby", "The standby's nodes, by SSH", parts.nodes(way.to()), looking)
                        .step(
                                "apiservers-primary",
                                "The primary's kube-apiservers, by SSH",
                                LookAtApiservers.startable(
                                        platform.apiservers(way.from()),
                                        way.from().name()),
                                looking)
                        .step(
                                "apiservers-standby",
                                "The standby's kube-apiservers, by SSH",
                                LookAtApiservers.startable(
                                        platform.apiservers(way.to()), way.to().name()),
                                looking)
                        .step("api-primary", "The primary's Kubernetes API", parts.api(way.from()), looking)
                        .step("api-standby", "The standby's Kubernetes API", parts.api(way.to()), looking)
                        .step("dns", "The platform's names", parts.domain(), looking)
                        .step("volumes", "The applications' volumes", parts.volumes(), looking))
                .build();
    }
}
