package io.drkit.kubernetes;

import static io.drkit.testkit.workload.Manifests.autoscaler;
import static io.drkit.testkit.workload.Manifests.claim;
import static io.drkit.testkit.workload.Manifests.cronJob;
import static io.drkit.testkit.workload.Manifests.deployment;
import static io.drkit.testkit.workload.Manifests.job;
import static io.drkit.testkit.workload.Manifests.pod;
import static io.drkit.testkit.workload.Manifests.replicaSet;
import static io.drkit.testkit.workload.Manifests.statefulSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drkit.testkit.workload.TestNamespace;
import io.drkit.workload.Claims;
import io.drkit.workload.Obstacle;
import io.drkit.workload.QuiescePlan;
import io.drkit.workload.Workload;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who mounts a claim, in the cases that a real API server does not let a test make. On the mock server. */
class MountSurveyTest {

    private static final KubernetesSite SITE = KubernetesSites.mock();
    private static final String UID = "uid: 5a30b4d0-0000-4000-8000-000000000001, controller: true";

    private final KubernetesClient client = SITE.client();
    private final TestNamespace namespace = SITE.newNamespace();
    private final KubernetesQuiescer quiescer =
            new KubernetesQuiescer(client, Clock.systemUTC(), Duration.ofMillis(20));
    private final Claims data = Claims.named(namespace.name(), "data");

    @BeforeEach
    void aClaim() {
        namespace.create(claim("data"));
    }

    @AfterEach
    void close() {
        namespace.close();
        client.close();
    }

    @Test
    void an_autoscaler_that_may_wake_a_workload_from_zero_is_an_obstacle() {
        namespace.create(deployment("shop", 1, "data"));
        namespace.create(autoscaler("busy", "Deployment", "shop", 0));
        namespace.create(deployment("web", 1, "data"));
        namespace.create(owned(autoscaler("keda", "Deployment", "web", 1), "keda", "keda.sh/v1alpha1", "ScaledObject"));
        assertThat(quiescer.look(data).obstacles())
                .extracting(Obstacle::reason)
                .anySatisfy(reason -> assertThat(reason).contains("busy of Deployment shop has minReplicas 0"))
                .anySatisfy(
                        reason -> assertThat(reason).contains("keda of Deployment web belongs to ScaledObject owner"))
                .hasSize(2);
    }

    @Test
    void kinds_of_others_that_are_called_alike_are_not_taken_for_kubernetes_own() {
        namespace.create(owned(pod("p1", "data"), "p1", "apps.kruise.io/v1beta1", "StatefulSet"));
        namespace.create(owned(pod("p2", "data"), "p2", "batch.volcano.sh/v1alpha1", "Job"));
        namespace.create(statefulSet("owner", 1, "other"));
        QuiescePlan plan = quiescer.look(data);
        assertThat(plan.workloads()).isEmpty();
        assertThat(plan.obstacles())
                .extracting(Obstacle::reason)
                .anySatisfy(reason -> assertThat(reason).contains("StatefulSet owner (apps.kruise.io/v1beta1)"))
                .anySatisfy(reason -> assertThat(reason).contains("Job owner (batch.volcano.sh/v1alpha1)"));
    }

    @Test
    void a_replica_set_of_a_rollout_is_an_obstacle_with_the_rollouts_name() {
        namespace.create(owned(replicaSet("rs", 1, "data"), "rs", "argoproj.io/v1alpha1", "Rollout"));
        assertThat(quiescer.look(data).obstacles())
                .singleElement()
                .asString()
                .contains("ReplicaSet rs belongs to Rollout owner");
    }

    @Test
    void pods_whose_owner_is_gone_are_waited_for() {
        namespace.create(owned(pod("orphan", "data"), "orphan", "apps/v1", "ReplicaSet"));
        QuiescePlan plan = quiescer.look(data);
        assertThat(plan.isPossible()).isTrue();
        assertThat(plan.pods()).containsExactly("orphan");
        assertThat(plan.isQuiet()).isFalse();
    }

    @Test
    void finished_pods_mount_nothing_and_finished_jobs_start_none() {
        namespace.create(pod("done", "data"));
        Pod done = client.pods().inNamespace(namespace.name()).withName("done").require();
        client.resource(new PodBuilder(done)
                        .withNewStatus()
                        .withPhase("Succeeded")
                        .endStatus()
                        .build())
                .updateStatus();
        namespace.create(job("import", "data") + "status:\n  conditions: [{type: Complete, status: \"True\"}]\n");
        namespace.create(job("later", "data").replace("spec:\n  template", "spec:\n  suspend: true\n  template"));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(quiescer.look(data).obstacles()).isEmpty());
    }

    @Test
    void volsyncs_mover_only_reads_and_is_told() {
        namespace.create(
                owned(job("volsync-src", "data"), "volsync-src", "volsync.backube/v1alpha1", "ReplicationSource"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> namespace.pods("data").size() == 1);
        QuiescePlan plan = quiescer.look(data);
        assertThat(plan.isQuiet()).isTrue();
        assertThat(plan.notes()).singleElement().asString().contains("volsync-src mounts it now, to read it");
        namespace.create(
                owned(job("volsync-dst", "data"), "volsync-dst", "volsync.backube/v1alpha1", "ReplicationDestination"));
        plan = quiescer.look(data);
        assertThat(plan.obstacles()).singleElement().asString().contains("ReplicationDestination owner");
        assertThat(plan.isQuiet()).isFalse();
        assertThat(plan.users()).isEmpty();
    }

    @Test
    void a_running_job_of_a_cron_job_is_waited_for() {
        namespace.create(cronJob("nightly", false, "data"));
        namespace.create(owned(job("nightly-1", "data"), "nightly-1", "batch/v1", "CronJob")
                .replace("name: owner", "name: nightly"));
        QuiescePlan plan = quiescer.look(data);
        assertThat(plan.isPossible()).isTrue();
        assertThat(plan.isQuiet()).isFalse();
        assertThat(plan.workloads()).extracting(Workload::name).containsExactly("nightly");
        assertThat(plan.notes()).singleElement().asString().contains("its end is waited for");
    }

    @Test
    void claims_that_would_go_with_their_pods_are_obstacles() {
        namespace.create(owned(claim("p-scratch"), "p-scratch", "v1", "Pod"));
        namespace.create(
                claim("leaving").replace("  labels:", "  finalizers: [kubernetes.io/pvc-protection]\n  labels:"));
        namespace.delete("PersistentVolumeClaim", "leaving");
        assertThat(quiescer.look(Claims.named(namespace.name(), "p-scratch", "leaving"))
                        .obstacles())
                .extracting(Obstacle::reason)
                .anySatisfy(reason -> assertThat(reason).contains("ephemeral volume of pod owner"))
                .anySatisfy(reason -> assertThat(reason).contains("leaving is being deleted"));
    }

    @Test
    void a_claim_of_a_stateful_set_beyond_its_replicas_belongs_to_it_and_one_called_alike_does_not() {
        namespace.create(statefulSet("db", 0, "data"));
        namespace.create(claim("data-db-7"));
        namespace.create(claim("data-db-backup"));
        assertThat(quiescer.look(Claims.named(namespace.name(), "data-db-7")).workloads())
                .hasSize(1);
        assertThat(quiescer.look(Claims.named(namespace.name(), "data-db-backup"))
                        .workloads())
                .isEmpty();
    }

    @Test
    void what_a_pod_mounts_that_its_template_does_not_is_quiesced_too_and_resumed() {
        namespace.create(claim("injected"));
        namespace.create(replicaSet("rs", 1, "data"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> namespace.pods("data").size() == 1);
        String name = namespace.pods("data").iterator().next();
        Pod made = client.pods().inNamespace(namespace.name()).withName(name).require();
        client.resource(new PodBuilder(made)
                        .editSpec()
                        .addNewVolume()
                        .withName("injected")
                        .withNewPersistentVolumeClaim("injected", true)
                        .endVolume()
                        .endSpec()
                        .build())
                .update();
        Claims injected = Claims.named(namespace.name(), "injected");
        assertThat(quiescer.quiesce(injected, Duration.ofSeconds(30)).workloads())
                .hasSize(1);
        assertThat(namespace.replicas("ReplicaSet", "rs")).isZero();
        assertThat(quiescer.resume(injected).workloads()).containsEntry("ReplicaSet rs", 1);
    }

    private static String owned(String manifest, String name, String version, String kind) {
        String owner = "ownerReferences: [{apiVersion: " + version + ", kind: " + kind + ", name: owner, " + UID + "}]";
        return manifest.replaceFirst("metadata: \\{name: " + name, "metadata: {" + owner + ", name: " + name)
                .replaceFirst("metadata:\n  name: " + name, "metadata:\n  " + owner + "\n  name: " + name);
    }
}
