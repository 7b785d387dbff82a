package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.kubernetes.RolloutRestart;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.AcknowledgedWriter;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runbooks that move an application with its volumes: real etcd servers, and sites where VolSync is played and real files are moved. */
class RunbookVolumesTest extends PvcScene {

    private EtcdServer etcdPrimary;
    private EtcdServer etcdStandby;

    @BeforeEach
    void platform() throws IOException {
        etcdPrimary = EtcdServer.builder().start();
        etcdStandby = EtcdServer.builder().start();
        etcdPrimary.etcdctl("put", "/registry/configmaps/a/1", "value");
        configure("""
                sites:
                  primary: {endpoints: ["%s"]}
                  standby: {endpoints: ["%s"]}
                runbooks:
                  scope: all
                  objectives: {rpo: 10m, rto: 30m}
                  applications: [{namespace: %s, selector: app=shop}]
                """.formatted(etcdPrimary.endpoint(0), etcdStandby.endpoint(0), sites.namespace()));
        Cli enabled = run("enable");
        assertThat(enabled.code()).as(enabled.out() + enabled.err()).isZero();
        assertThat(pvc("protect", "--selector", "app=shop").code()).isZero();
        assertThat(pvc("sync", "--selector", "app=shop").code()).isZero();
    }

    @AfterEach
    void stop() {
        etcdPrimary.close();
        etcdStandby.close();
    }

    private Cli run(String runbook, String... more) {
        return Cli.drkit(
                Stream.concat(Stream.of(runbook, "--config", config().toString(), "--deadline", "3s"), Stream.of(more))
                        .toArray(String[]::new));
    }

    private static List<Double> lost(JsonNode report) {
        return StreamSupport.stream(report.path("measurements").spliterator(), false)
                .filter(each -> each.path("of").asText().startsWith("volume "))
                .map(each -> each.path("seconds").asDouble())
                .toList();
    }

    @Test
    void a_migration_and_the_way_back_lose_nothing_of_a_running_application() {
        try (AcknowledgedWriter writer = new AcknowledgedWriter(sites, "data", "media")) {
            await().atMost(Duration.ofSeconds(30)).until(() -> writer.count() > 10);
            Cli migrated = run("migrate", "--yes-all", "--output", "json");
            assertThat(migrated.code()).as(migrated.err()).isZero();
            assertThat(lost(migrated.json())).containsExactly(0.0, 0.0);
            assertThat(primary.namespace().replicas("Deployment", "shop")).isZero();
            assertThat(standby.namespace().replicas("Deployment", "shop")).isEqualTo(2);
            assertThat(writer.missingAt(standby)).isEmpty();

            int before = writer.count();
            await().atMost(Duration.ofSeconds(30)).until(() -> writer.count() > before + 10);
            Cli back = run("failback", "--yes-all", "--output", "json");
            assertThat(back.code()).as(back.err()).isZero();
            assertThat(lost(back.json())).containsExactly(0.0, 0.0);
            assertThat(primary.namespace().replicas("Deployment", "shop")).isEqualTo(2);
            assertThat(writer.missingAt(primary)).isEmpty();
            assertThat(RunbookScene.role(etcdPrimary)).isEqualTo("PRIMARY in epoch 3");
        }
    }

    @Test
    void a_migration_that_is_taken_back_lets_the_application_go_on_where_it_was() {
        // What no mirror brings over without a word from a person.
        for (int i = 0; i < 20; i++) {
            etcdPrimary.etcdctl("put", "/registry/configmaps/b/" + i, "value");
        }
        assertThat(Cli.drkit("mirror", "--once", "--scope", "all", "--config", config().toString())
                        .code())
                .isZero();
        etcdPrimary.etcdctl("del", "/registry/", "--prefix");
        Cli undone = run("migrate", "--yes-all", "--output", "json");
        assertThat(undone.code()).as(undone.err()).isEqualTo(3);
        assertThat(undone.json().path("why").asText()).contains("final-mirror", "drkit mirror --once --accept");
        assertThat(undone.err()).contains("quiesce: done", "quiesce: undone");
        assertThat(primary.namespace().replicas("Deployment", "shop")).isEqualTo(2);
        assertThat(standby.namespace().replicas("Deployment", "shop")).isZero();
        assertThat(RunbookScene.role(etcdStandby)).startsWith("STANDBY");
    }

    @Test
    void a_failover_tells_how_old_each_volume_is_and_restarts_what_must_notice() throws IOException {
        Files.writeString(
                config(), "  restart: [" + sites.namespace() + "/deployment/web]\n", StandardOpenOption.APPEND);
        standby.namespace().create(Manifests.deployment("web", 0));
        // As its controller says it: it has seen whatever comes.
        web().subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"observedGeneration\":99}}");
        primary.files("data").write("late", "never synced");
        primary.goDown();
        etcdPrimary.kill();
        Cli over = run("failover", "--yes-all", "--output", "json");
        assertThat(over.code()).as(over.err()).isZero();
        assertThat(lost(over.json())).hasSize(2).allMatch(seconds -> seconds > 0);
        assertThat(over.json().path("objectives").path("rpo").path("met").booleanValue())
                .isTrue();
        assertThat(over.err()).contains("silent: etcd of primary from this machine");
        assertThat(standby.namespace().replicas("Deployment", "shop")).isEqualTo(2);
        assertThat(standby.files("data").read()).doesNotContainKey("late");
        assertThat(web().get().getSpec().getTemplate().getMetadata().getAnnotations())
                .containsEntry(
                        RolloutRestart.RESTARTED_FOR,
                        "run of " + over.json().path("began").asText());
    }

    private RollableScalableResource<Deployment> web() {
        return standby.own().apps().deployments().inNamespace(sites.namespace()).withName("web");
    }
}
