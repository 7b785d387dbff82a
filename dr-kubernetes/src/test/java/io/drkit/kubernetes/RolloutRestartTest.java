package io.drkit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.workload.TestNamespace;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restarting workloads by their templates. On the mock server, for the test plays the controllers. */
class RolloutRestartTest {

    private static final KubernetesSite SITE = KubernetesSites.mock();
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String DEPLOYMENT_DONE = "\"replicas\":1,\"updatedReplicas\":1,\"availableReplicas\":1";
    private static final String SET_DONE = "\"replicas\":1,\"updatedReplicas\":1,\"readyReplicas\":1";
    private static final String DAEMONS_DONE =
            "\"desiredNumberScheduled\":2,\"updatedNumberScheduled\":2,\"numberAvailable\":2";

    private final KubernetesClient client = SITE.client();
    private final TestNamespace namespace = SITE.newNamespace();
    private final RolloutRestart restart = new RolloutRestart(new SiteApi(client), Clock.systemUTC(), Ticker.SYSTEM);

    @AfterEach
    void close() {
        namespace.close();
        client.close();
    }

    private static PodTemplateSpec template() {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .addToLabels("run", "x")
                .addToAnnotations("kept", "yes")
                .endMetadata()
                .build();
    }

    private Deployment deployment(String name, boolean paused) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace.name())
                .addToLabels("app", "shop")
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withPaused(paused)
                .withTemplate(template())
                .endSpec()
                .build();
    }

    private HasMetadata set(String strategy, int partition) {
        return new StatefulSetBuilder()
                .withNewMetadata()
                .withName("db")
                .withNamespace(namespace.name())
                .addToLabels("app", "shop")
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withNewUpdateStrategy()
                .withType(strategy)
                .withNewRollingUpdate()
                .withPartition(partition)
                .endRollingUpdate()
                .endUpdateStrategy()
                .withTemplate(template())
                .endSpec()
                .build();
    }

    private HasMetadata daemons(String strategy) {
        return new DaemonSetBuilder()
                .withNewMetadata()
                .withName("agent")
                .withNamespace(namespace.name())
                .addToLabels("app", "shop")
                .endMetadata()
                .withNewSpec()
                .withNewUpdateStrategy()
                .withType(strategy)
                .endUpdateStrategy()
                .withTemplate(template())
                .endSpec()
                .build();
    }

    private void create(HasMetadata... workloads) {
        for (HasMetadata workload : workloads) {
            client.resource(workload).create();
        }
    }

    /** As its controller would say it. */
    private void tell(HasMetadata workload, long seen, String status) {
        client.resource(workload)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":{\"observedGeneration\":" + seen + "," + status + "}}");
    }

    private Map<String, String> annotations(HasMetadata workload) {
        return RolloutState.of(client.resource(workload).require()).annotations();
    }

    private RestartTarget named(String text) {
        return RestartTarget.parse(namespace.name() + "/" + text);
    }

    @Test
    void each_kind_is_restarted_and_waited_for() {
        HasMetadata web = deployment("web", false);
        HasMetadata other = deployment("other", false);
        HasMetadata db = set("RollingUpdate", 0);
        HasMetadata agent = daemons("RollingUpdate");
        create(web, other, db, agent);
        tell(web, 99, DEPLOYMENT_DONE);
        tell(db, 99, SET_DONE);
        tell(agent, 99, DAEMONS_DONE);
        restart.restart(List.of(named("deployment/web"), named("StatefulSet/db"), named("daemonset/agent")), PATIENCE);
        for (HasMetadata workload : List.of(web, db, agent)) {
            assertThat(annotations(workload))
                    .containsKey(RolloutRestart.RESTARTED_AT)
                    .containsEntry("kept", "yes");
        }
        assertThat(annotations(other)).doesNotContainKey(RolloutRestart.RESTARTED_AT);
    }

    @Test
    void labels_name_all_that_carry_them() {
        HasMetadata web = deployment("web", false);
        HasMetadata db = set("RollingUpdate", 0);
        create(web, db);
        tell(web, 99, DEPLOYMENT_DONE);
        tell(db, 99, SET_DONE);
        restart.restart(List.of(named("app=shop")), PATIENCE);
        assertThat(annotations(web)).containsKey(RolloutRestart.RESTARTED_AT);
        assertThat(annotations(db)).containsKey(RolloutRestart.RESTARTED_AT);
        assertThatThrownBy(() -> restart.restart(List.of(named("app=none")), PATIENCE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("There is no workload with app=none in namespace");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"replicas\":1",
                "\"replicas\":1,\"updatedReplicas\":1",
                "\"replicas\":1,\"updatedReplicas\":0,\"availableReplicas\":1"
            })
    void pods_that_are_not_new_and_ready_are_waited_for(String status) {
        HasMetadata web = deployment("web", false);
        create(web);
        tell(web, 99, status);
        assertThatThrownBy(() -> restart.restart(List.of(named("deployment/web")), SHORT))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("The new pods of Deployment web");
        assertThat(annotations(web)).containsKey(RolloutRestart.RESTARTED_AT);
    }

    @Test
    void a_controller_that_has_not_seen_the_restart_says_nothing_about_it() {
        HasMetadata agent = daemons("RollingUpdate");
        create(agent);
        tell(agent, 0, DAEMONS_DONE);
        assertThatThrownBy(() -> restart.restart(List.of(named("daemonset/agent")), SHORT))
                .isInstanceOf(SiteUnreachableException.class);
    }

    @Test
    void for_one_mark_it_is_restarted_once() {
        HasMetadata web = deployment("web", false);
        create(web);
        tell(web, 99, DEPLOYMENT_DONE);
        AtomicInteger writes = new AtomicInteger();
        try (FaultyApi api = new FaultyApi(SITE);
                KubernetesClient counted = api.client(5_000)) {
            api.rule((number, method, path) -> {
                writes.addAndGet(method.equals("PATCH") ? 1 : 0);
                return Fate.PASS;
            });
            RolloutRestart once = new RolloutRestart(new SiteApi(counted), Clock.systemUTC(), Ticker.SYSTEM);
            once.restartFor("a", List.of(named("deployment/web")), PATIENCE);
            int first = writes.get();
            assertThat(first).isPositive();
            once.restartFor("a", List.of(named("deployment/web")), PATIENCE);
            assertThat(writes).hasValue(first);
            once.restartFor("b", List.of(named("deployment/web")), PATIENCE);
            assertThat(writes.get()).isGreaterThan(first);
        }
        assertThat(annotations(web)).containsEntry(RolloutRestart.RESTARTED_FOR, "b");
    }

    @Test
    void what_would_not_be_replaced_is_refused_and_then_nothing_is_restarted() {
        HasMetadata web = deployment("web", false);
        create(web, deployment("asleep", true), daemons("OnDelete"));
        tell(web, 99, DEPLOYMENT_DONE);
        refused("is paused", "deployment/asleep");
        refused("OnDelete", "daemonset/agent");
        refused("There is no Deployment none", "deployment/none");
        HasMetadata half = set("RollingUpdate", 1);
        create(half);
        refused("partition", "statefulset/db");
        client.resource(half).delete();
        create(set("OnDelete", 0));
        refused("OnDelete", "statefulset/db");
        assertThat(annotations(web)).doesNotContainKey(RolloutRestart.RESTARTED_AT);
    }

    private void refused(String why, String second) {
        assertThatThrownBy(() -> restart.restart(List.of(named("deployment/web"), named(second)), PATIENCE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void a_target_is_read_as_it_is_written() {
        assertThat(RestartTarget.parse("shop/DEPLOYMENT/web"))
                .isEqualTo(RestartTarget.of(RestartTarget.Kind.DEPLOYMENT, "shop", "web"))
                .hasToString("Deployment web in namespace shop");
        assertThat(RestartTarget.parse("shop/app.kubernetes.io/name=web,tier!=db"))
                .isEqualTo(RestartTarget.labelled("shop", "app.kubernetes.io/name=web,tier!=db"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "shop", "shop/", "shop/web", "shop/job/web", "/deployment/web", "shop/deployment/", "/app=x"
            })
    void a_target_that_names_nothing_is_refused(String text) {
        assertThatThrownBy(() -> RestartTarget.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
