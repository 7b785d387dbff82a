package io.drkit.testkit.workload;

import static io.drkit.testkit.workload.Manifests.claim;
import static io.drkit.testkit.workload.Manifests.deployment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drkit.DrException;
import io.drkit.UnsafeToProceedException;
import io.drkit.workload.Claims;
import io.drkit.workload.Obstacle;
import io.drkit.workload.QuiescePlan;
import io.drkit.workload.Quiesced;
import io.drkit.workload.Resumed;
import io.drkit.workload.Workload;
import io.drkit.workload.WorkloadKind;
import io.drkit.workload.WorkloadQuiescer;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link WorkloadQuiescer} must do. A backend's test extends this and says how to reach the backend and, around it, the cluster. */
public abstract class WorkloadQuiescerContract {

    /** A pod that ends at once is gone by then on a slow cluster too. */
    protected static final Duration PATIENCE = Duration.ofMinutes(2);

    protected TestNamespace namespace;
    private Claims data;

    /** The backend under test, by the system's clock; the same for all calls within a test. */
    protected abstract WorkloadQuiescer quiescer();

    /** A fresh namespace of the cluster that the backend speaks to. */
    protected abstract TestNamespace newNamespace();

    @BeforeEach
    void openNamespace() {
        namespace = newNamespace();
        data = Claims.named(namespace.name(), "data");
    }

    @AfterEach
    void closeNamespace() {
        namespace.close();
    }

    @Test
    void a_deployment_goes_to_zero_and_back_to_exactly_what_it_was() {
        create(claim("data"), deployment("shop", 3, "data"), deployment("other", 1));
        awaitPods(3);
        Instant before = Instant.now();
        Quiesced quiesced = quiescer().quiesce(data, PATIENCE);
        assertThat(namespace.pods("data")).isEmpty();
        assertThat(quiesced.quietSince()).isBetween(before, Instant.now());
        assertThat(quiesced.workloads()).singleElement().satisfies(workload -> {
            assertThat(workload).hasToString("Deployment shop");
            assertThat(workload.before()).hasValue(3);
        });
        assertThat(namespace.replicas("Deployment", "shop")).isZero();
        assertThat(namespace.annotations("Deployment", "shop"))
                .containsEntry(WorkloadQuiescer.REPLICAS_BEFORE, "3")
                .containsEntry(WorkloadQuiescer.QUIESCED_FOR, "data");
        assertThat(namespace.replicas("Deployment", "other")).isEqualTo(1);

        Resumed resumed = quiescer().resume(data);
        assertThat(resumed.workloads()).containsOnlyKeys("Deployment shop").containsValue(3);
        assertThat(resumed.leftAlone()).isEmpty();
        assertForgotten("Deployment", "shop", 3);
        awaitPods(3);
    }

    @Test
    void looking_changes_nothing() {
        create(claim("data"), deployment("shop", 2, "data"));
        awaitPods(2);
        QuiescePlan plan = quiescer().look(data);
        assertThat(plan.isPossible()).isTrue();
        assertThat(plan.isQuiet()).isFalse();
        assertThat(plan.pods()).isEqualTo(namespace.pods("data")).hasSize(2);
        assertThat(plan.workloads()).singleElement().satisfies(workload -> {
            assertThat(workload.kind()).isEqualTo(WorkloadKind.DEPLOYMENT);
            assertThat(workload.claims()).containsExactly("data");
            assertThat(workload.replicas()).isEqualTo(2);
            assertThat(workload.before()).isEqualTo(OptionalInt.empty());
        });
        assertForgotten("Deployment", "shop", 2);
        assertThat(quiescer().name()).isNotEmpty();
    }

    @Test
    void a_stateful_set_is_found_by_the_claims_that_it_makes() {
        create(Manifests.statefulSet("db", 2, "data"));
        Claims second = Claims.named(namespace.name(), "data-db-1");
        await().atMost(PATIENCE).until(() -> namespace.pods("data-db-1").size() == 1);
        quiescer().quiesce(second, PATIENCE);
        assertThat(namespace.pods("data-db-1")).isEmpty();
        assertThat(namespace.replicas("StatefulSet", "db")).isZero();
        assertThat(quiescer().look(second).workloads()).hasSize(1);
        assertThat(quiescer().resume(second).workloads()).containsEntry("StatefulSet db", 2);
        assertForgotten("StatefulSet", "db", 2);
    }

    @Test
    void replica_sets_and_replication_controllers_of_their_own_are_scaled_too() {
        create(claim("data"), Manifests.replicaSet("rs", 2, "data"), Manifests.replicationController("rc", 1, "data"));
        awaitPods(3);
        quiescer().quiesce(data, PATIENCE);
        assertThat(namespace.pods("data")).isEmpty();
        assertThat(quiescer().resume(data).workloads())
                .containsEntry("ReplicaSet rs", 2)
                .containsEntry("ReplicationController rc", 1)
                .hasSize(2);
        awaitPods(3);
    }

    @Test
    void a_cron_job_is_suspended_and_runs_again_and_a_suspended_one_stays_so() {
        create(claim("data"), Manifests.cronJob("nightly", false, "data"), Manifests.cronJob("old", true, "data"));
        Quiesced quiesced = quiescer().quiesce(data, PATIENCE);
        assertThat(quiesced.workloads()).extracting(Workload::name).containsExactly("nightly", "old");
        assertThat(namespace.replicas("CronJob", "nightly")).isZero();
        quiescer().quiesce(data, PATIENCE);
        assertThat(quiescer().resume(data).workloads()).containsOnlyKeys("CronJob nightly");
        assertForgotten("CronJob", "nightly", 1);
        assertForgotten("CronJob", "old", 0);
    }

    @Test
    void what_cannot_be_quiesced_is_refused_by_name_and_nothing_is_changed() {
        create(
                claim("data"),
                deployment("shop", 1, "data"),
                Manifests.daemonSet("agent", "data"),
                Manifests.job("import", "data"),
                Manifests.pod("debug", "data"));
        create(Manifests.pod("foreign", "data")
                .replace(
                        "metadata: {name: foreign}",
                        "metadata: {name: foreign, ownerReferences: [{apiVersion: example.org/v1, kind: Widget, name: w,"
                                + " uid: 5a30b4d0-0000-4000-8000-000000000001, controller: true}]}"));
        assertThat(quiescer().look(data).obstacles())
                .extracting(Obstacle::kind)
                .containsExactlyInAnyOrder("DaemonSet", "Job", "Pod", "Pod");
        assertThatThrownBy(() -> quiescer().quiesce(data, PATIENCE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("DaemonSet agent")
                .hasMessageContaining("Job import")
                .hasMessageContaining("Pod debug")
                .hasMessageContaining("Widget w");
        assertForgotten("Deployment", "shop", 1);
    }

    @Test
    void a_stateful_set_that_would_delete_its_claims_is_refused() {
        create(Manifests.statefulSet("db", 1, "data")
                + "  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete, whenDeleted: Retain}\n");
        Claims claims = Claims.named(namespace.name(), "data-db-0");
        await().atMost(PATIENCE).until(() -> namespace.pods("data-db-0").size() == 1);
        assertThatThrownBy(() -> quiescer().quiesce(claims, PATIENCE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("deletes its claims");
        assertThat(namespace.replicas("StatefulSet", "db")).isEqualTo(1);
    }

    @Test
    void what_a_controller_keeps_up_is_refused_with_that_controllers_name() {
        create(claim("data"));
        create(deployment("shop", 1, "data")
                .replace(
                        "metadata: {name: shop}",
                        "metadata: {name: shop, ownerReferences: [{apiVersion: example.org/v1, kind: Widget, name: w,"
                                + " uid: 5a30b4d0-0000-4000-8000-000000000001, controller: true}]}"));
        assertThatThrownBy(() -> quiescer().quiesce(data, PATIENCE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Deployment shop belongs to Widget w");
        assertThat(namespace.replicas("Deployment", "shop")).isEqualTo(1);
    }

    @Test
    void what_is_at_zero_already_is_told_and_stays_there() {
        create(claim("data"), deployment("shop", 0, "data"));
        assertThat(quiescer().look(data).workloads())
                .singleElement()
                .satisfies(workload -> assertThat(workload.notes())
                        .anySatisfy(note -> assertThat(note).contains("at zero already")));
        quiescer().quiesce(data, PATIENCE);
        assertThat(quiescer().resume(data).workloads()).isEmpty();
        assertForgotten("Deployment", "shop", 0);
    }

    @Test
    void quiesced_again_it_still_goes_back_to_what_it_was_first() {
        create(claim("data"), deployment("shop", 2, "data"));
        Quiesced first = quiescer().quiesce(data, PATIENCE);
        Quiesced second = quiescer().quiesce(data, PATIENCE);
        assertThat(second.quietSince()).isAfterOrEqualTo(first.quietSince());
        assertThat(second.workloads()).extracting(Workload::before).containsExactly(OptionalInt.of(2));
        quiescer().resume(data);
        assertThat(quiescer().resume(data)).satisfies(again -> {
            assertThat(again.workloads()).isEmpty();
            assertThat(again.leftAlone()).isEmpty();
        });
        assertForgotten("Deployment", "shop", 2);
    }

    @Test
    void what_somebody_scaled_meanwhile_is_left_alone_and_told() {
        create(claim("data"), deployment("shop", 3, "data"), deployment("web", 2, "data"));
        quiescer().quiesce(data, PATIENCE);
        namespace.scale("Deployment", "shop", 1);
        Resumed resumed = quiescer().resume(data);
        assertThat(resumed.workloads()).containsOnlyKeys("Deployment web");
        assertThat(resumed.leftAlone())
                .singleElement()
                .asString()
                .contains("Deployment shop was scaled to 1 meanwhile");
        assertForgotten("Deployment", "shop", 1);
        assertForgotten("Deployment", "web", 2);
    }

    @Test
    void what_somebody_scaled_up_is_quiesced_anew_and_goes_back_to_that() {
        create(claim("data"), deployment("shop", 3, "data"));
        quiescer().quiesce(data, PATIENCE);
        namespace.scale("Deployment", "shop", 1);
        quiescer().quiesce(data, PATIENCE);
        assertThat(quiescer().resume(data).workloads()).containsEntry("Deployment shop", 1);
    }

    @Test
    void claims_are_found_by_their_labels() {
        create(
                claim("data", "app: shop"),
                claim("logs", "app: shop"),
                claim("else", "app: other"),
                deployment("shop", 1, "data"),
                deployment("web", 1, "logs"),
                deployment("other", 1, "else"));
        Claims labelled = Claims.labelled(namespace.name(), "app=shop");
        Quiesced quiesced = quiescer().quiesce(labelled, PATIENCE);
        assertThat(quiesced.claimNames()).containsExactly("data", "logs");
        assertThat(quiesced.workloads()).extracting(Workload::name).containsExactly("shop", "web");
        assertThat(namespace.replicas("Deployment", "other")).isEqualTo(1);
        assertThat(quiescer().resume(labelled).workloads()).hasSize(2);
    }

    @Test
    void a_claim_that_does_not_exist_is_refused() {
        create(claim("data"));
        for (Claims wrong : new Claims[] {
            Claims.named(namespace.name(), "data", "dat"), Claims.labelled(namespace.name(), "app=none")
        }) {
            assertThatThrownBy(() -> quiescer().quiesce(wrong, PATIENCE))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("misspelt");
        }
    }

    @Test
    void a_workload_with_two_claims_stays_at_zero_until_both_are_resumed() {
        create(claim("data"), claim("logs"), deployment("shop", 2, "data", "logs"));
        Claims logs = Claims.named(namespace.name(), "logs");
        quiescer().quiesce(data, PATIENCE);
        quiescer().quiesce(logs, PATIENCE);
        Resumed half = quiescer().resume(data);
        assertThat(half.workloads()).isEmpty();
        assertThat(half.leftAlone()).singleElement().asString().contains("logs");
        assertThat(namespace.replicas("Deployment", "shop")).isZero();
        assertThat(quiescer().resume(logs).workloads()).containsEntry("Deployment shop", 2);
        assertForgotten("Deployment", "shop", 2);
    }

    @Test
    void an_autoscaler_and_a_paused_rollout_are_told() {
        create(
                claim("data"),
                deployment("shop", 2, "data").replace("spec:\n  replicas", "spec:\n  paused: true\n  replicas"),
                Manifests.autoscaler("busy", "Deployment", "shop", 1));
        assertThat(quiescer().look(data).workloads())
                .singleElement()
                .satisfies(workload -> assertThat(workload.notes())
                        .anySatisfy(note -> assertThat(note).contains("HorizontalPodAutoscaler busy"))
                        .anySatisfy(note -> assertThat(note).contains("paused")));
        quiescer().quiesce(data, PATIENCE);
        quiescer().resume(data);
        assertForgotten("Deployment", "shop", 2);
    }

    @Test
    void pods_that_do_not_end_in_time_are_named() {
        create(claim("data"), Manifests.slowToEnd(deployment("shop", 1, "data")));
        awaitPods(1);
        String pod = namespace.pods("data").iterator().next();
        assertThatThrownBy(() -> quiescer().quiesce(data, Duration.ofSeconds(1)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(pod)
                .hasMessageContaining("stays so");
        assertThat(namespace.replicas("Deployment", "shop")).isZero();
        assertThat(quiescer().resume(data).workloads()).containsEntry("Deployment shop", 1);
    }

    @Test
    void somebody_who_scales_up_in_the_midst_is_noticed() {
        create(claim("data"), Manifests.slowToEnd(deployment("shop", 1, "data")));
        awaitPods(1);
        CompletableFuture<Quiesced> running =
                CompletableFuture.supplyAsync(() -> quiescer().quiesce(data, PATIENCE));
        await().atMost(PATIENCE).until(() -> namespace.replicas("Deployment", "shop") == 0);
        namespace.scale("Deployment", "shop", 2);
        assertThatThrownBy(running::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Deployment shop to 2");
    }

    @Test
    void an_interrupt_ends_the_waiting() throws InterruptedException {
        create(claim("data"), Manifests.slowToEnd(deployment("shop", 1, "data")));
        awaitPods(1);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                quiescer().quiesce(data, PATIENCE);
            } catch (DrException e) {
                end.set(e);
            }
        });
        waiting.start();
        await().atMost(PATIENCE).until(() -> namespace.replicas("Deployment", "shop") == 0);
        waiting.interrupt();
        waiting.join(10_000);
        assertThat(end.get()).isNotNull().hasMessageContaining("interrupted");
    }

    @Test
    void a_memory_that_makes_no_sense_is_refused_and_left() {
        create(claim("data"), deployment("shop", 0, "data"));
        namespace.annotate("Deployment", "shop", WorkloadQuiescer.REPLICAS_BEFORE, "many");
        assertThatThrownBy(() -> quiescer().quiesce(data, PATIENCE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(WorkloadQuiescer.REPLICAS_BEFORE);
        assertThatThrownBy(() -> quiescer().resume(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(WorkloadQuiescer.REPLICAS_BEFORE);
        assertThat(namespace.replicas("Deployment", "shop")).isZero();
    }

    protected void create(String... manifests) {
        for (String manifest : manifests) {
            namespace.create(manifest);
        }
    }

    private void awaitPods(int count) {
        await().atMost(PATIENCE).until(() -> namespace.pods("data").size() == count);
    }

    private void assertForgotten(String kind, String name, int replicas) {
        assertThat(namespace.replicas(kind, name)).isEqualTo(replicas);
        assertThat(namespace.annotations(kind, name))
                .doesNotContainKeys(
                        WorkloadQuiescer.REPLICAS_BEFORE,
                        WorkloadQuiescer.SUSPENDED_BEFORE,
                        WorkloadQuiescer.QUIESCED_FOR);
    }
}
