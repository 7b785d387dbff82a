package io.drkit.kubernetes;

import static io.drkit.testkit.workload.Manifests.claim;
import static io.drkit.testkit.workload.Manifests.deployment;
import static io.drkit.testkit.workload.Manifests.pod;
import static io.drkit.testkit.workload.Manifests.replicaSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.ManualClock;
import io.drkit.testkit.workload.TestNamespace;
import io.drkit.workload.Claims;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** That no pod is there is not enough: a controller may yet make one from what it saw before. The tests play the controllers of a mock server. */
class ConfirmationTest {

    private static final KubernetesSite SITE = KubernetesSites.withoutControllers();

    private final FaultyApi api = new FaultyApi(SITE);
    private final KubernetesClient client = api.client(5_000);
    private final ManualClock clock = new ManualClock();
    private final TestNamespace namespace = SITE.newNamespace();
    private final KubernetesQuiescer quiescer = new KubernetesQuiescer(client, clock, Duration.ofMillis(10));
    private final Claims data = Claims.named(namespace.name(), "data");

    @AfterEach
    void close() {
        namespace.close();
        client.close();
        api.close();
    }

    @Test
    void a_scale_that_its_controller_has_not_seen_is_waited_for() {
        namespace.create(claim("data"));
        namespace.create(deployment("shop", 2, "data"));
        notConfirmed();
        confirm(client.apps().deployments().inNamespace(namespace.name()).withName("shop"));
        assertThat(quiescer.quiesce(data, Duration.ZERO).quietSince()).isEqualTo(clock.instant());
    }

    @Test
    void a_replica_set_of_a_deployment_that_makes_pods_yet_is_waited_for() {
        namespace.create(claim("data"));
        namespace.create(deployment("shop", 0, "data"));
        confirm(client.apps().deployments().inNamespace(namespace.name()).withName("shop"));
        namespace.create(replicaSet("shop-1", 2, "data")
                .replace(
                        "metadata: {name: shop-1}",
                        "metadata: {name: shop-1, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: shop,"
                                + " uid: 5a30b4d0-0000-4000-8000-000000000001, controller: true}]}"));
        notConfirmed();
        namespace.scale("ReplicaSet", "shop-1", 0);
        notConfirmed();
        confirm(client.apps().replicaSets().inNamespace(namespace.name()).withName("shop-1"));
        quiescer.quiesce(data, Duration.ZERO);
    }

    @Test
    void a_pod_that_comes_between_two_readings_of_one_look_is_seen_by_the_next() {
        namespace.create(claim("data"));
        AtomicInteger listed = new AtomicInteger();
        api.rule((number, method, path) -> {
            // The first listing of pods is plan's, the second the wait's: a pod appears after that.
            if (path.endsWith("/daemonsets") && listed.incrementAndGet() == 2) {
                namespace.create(pod("late", "data"));
            }
            return Fate.PASS;
        });
        assertThatThrownBy(() -> quiescer.quiesce(data, Duration.ZERO))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Pod late");
    }

    private void notConfirmed() {
        assertThatThrownBy(() -> quiescer.quiesce(data, Duration.ofMillis(50)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("the controllers of Deployment shop have not confirmed");
    }

    private static void confirm(Resource<? extends HasMetadata> resource) {
        long generation = resource.require().getMetadata().getGeneration();
        resource.subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":{\"replicas\":0,\"observedGeneration\":" + generation + "}}");
    }
}
