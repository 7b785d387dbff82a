package io.drkit.examples.runbook.step;

import io.drkit.examples.runbook.platform.Applications;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step;
import io.drkit.runbook.Step.Nothing;
import io.drkit.runbook.StepContext;
import io.drkit.workload.Claims;
import io.drkit.workload.WorkloadQuiescer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Stops the applications where they run, before a planned move, so that they write nothing any more; undone, they go on as they were. */
public final class QuiesceApplications implements Step<Nothing> {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Optional<Applications> applications;
    private final Optional<KubernetesConnection> cluster;

    /** @param cluster where they run */
    public QuiesceApplications(Optional<Applications> applications, Optional<KubernetesConnection> cluster) {
        this.applications = applications;
        this.cluster = cluster;
    }

    @Override
    public Class<Nothing> recordType() {
        return Nothing.class;
    }

    @Override
    public Check check(StepContext context) {
        return applications.isPresent() && cluster.isPresent() ? Check.GO : Check.skip(Move.NOTHING);
    }

    @Override
    public Nothing act(StepContext context) {
        each((quiescer, claims) -> quiescer.quiesce(claims, PATIENCE));
        return Nothing.INSTANCE;
    }

    @Override
    public void undo(StepContext context, Optional<Nothing> record) {
        each((quiescer, claims) -> quiescer.resume(claims));
    }

    private void each(BiConsumer<WorkloadQuiescer, Claims> verb) {
        List<Claims> all = applications.orElseThrow().claims();
        try (KubernetesClient client = cluster.orElseThrow().open()) {
            WorkloadQuiescer quiescer = new KubernetesQuiescer(client);
            all.forEach(claims -> verb.accept(quiescer, claims));
        }
    }
}
