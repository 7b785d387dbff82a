package io.drkit.kubernetes;

import io.drkit.testkit.workload.TestNamespace;
import io.drkit.testkit.workload.WorkloadQuiescerContract;
import io.drkit.workload.WorkloadQuiescer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** The contract, on the first cluster that is there. */
class KubernetesQuiescerTest extends WorkloadQuiescerContract {

    private final KubernetesClient client = KubernetesSites.primary().client();
    private final WorkloadQuiescer quiescer = new KubernetesQuiescer(client, Clock.systemUTC(), Duration.ofMillis(50));

    @AfterEach
    void close() {
        client.close();
    }

    @Override
    protected WorkloadQuiescer quiescer() {
        return quiescer;
    }

    @Override
    protected TestNamespace newNamespace() {
        return KubernetesSites.primary().newNamespace();
    }
}
