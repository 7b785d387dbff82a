package io.drkit.examples.runbook.step;

import io.drkit.Ticker;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.RestartTarget;
import io.drkit.kubernetes.RolloutRestart;
import io.drkit.kubernetes.SiteApi;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step.Nothing;
import io.drkit.runbook.StepContext;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Restarts the workloads that must notice that the platform has moved, each once in a run however often the step is called. */
public final class RestartWorkloads implements OneWay<Nothing> {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Optional<KubernetesConnection> cluster;
    private final List<RestartTarget> targets;

    /** @param cluster where the platform is now */
    public RestartWorkloads(Optional<KubernetesConnection> cluster, List<RestartTarget> targets) {
        this.cluster = cluster;
        this.targets = List.copyOf(targets);
    }

    @Override
    public Class<Nothing> recordType() {
        return Nothing.class;
    }

    @Override
    public Check check(StepContext context) {
        if (targets.isEmpty()) {
            return Check.skip("no workloads are configured to be restarted");
        }
        return cluster.isPresent() ? Check.GO : Check.skip("no cluster is configured for the site");
    }

    @Override
    public Nothing act(StepContext context) {
        try (KubernetesClient client = cluster.orElseThrow().open()) {
            new RolloutRestart(new SiteApi(client), Clock.systemUTC(), Ticker.SYSTEM)
                    .restartFor("run of " + context.runBegan(), targets, PATIENCE);
        }
        return Nothing.INSTANCE;
    }

    @Override
    public String told(Nothing nothing) {
        return targets.size() + " restarted";
    }
}
