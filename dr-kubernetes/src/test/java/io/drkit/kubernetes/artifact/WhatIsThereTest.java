package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ApplyReport;
import io.drkit.artifact.ApplyReport.Result;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs at a site is not undone when an archive is applied to it again. On {@link InMemoryApi}. */
class WhatIsThereTest {

    private static final String CORE = "/api/v1/namespaces/shop/";

    private final InMemoryApi api = new InMemoryApi();
    private int files;

    @TempDir
    Path folder;

    @BeforeEach
    void makeManifest() throws IOException {
        Files.writeString(folder.resolve("artifacts.yaml"), "{apiVersion: artifacts.drkit.io/v1, kind: Artifacts}");
        add("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void a_job_that_was_let_run_is_not_suspended_in_the_midst() throws IOException {
        add(
                "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: shop}, spec: {suspend: true, template: {metadata: {labels: {a: b}}}}}");
        apply();
        String job = "/apis/batch/v1/namespaces/shop/jobs/j";
        assertThat(api.get(job).at("/spec/suspend").asBoolean()).isTrue();
        change(job, object -> object.withObject("/spec").put("suspend", false));
        apply();
        assertThat(api.get(job).at("/spec/suspend").asBoolean()).isFalse();
    }

    @Test
    void a_scale_that_an_autoscaler_chose_stays() throws IOException {
        for (String name : new String[] {"scaled", "event", "fixed", "asleep"}) {
            add("{apiVersion: apps/v1, kind: Deployment, metadata: {name: " + name
                    + ", namespace: shop}, spec: {replicas: 3}}");
        }
        add(
                "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h, namespace: shop}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: scaled}}}");
        add(
                "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: i, namespace: shop}, spec: {scaleTargetRef: {name: event}}}");
        add(
                "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: k, namespace: shop}, spec: {scaleTargetRef: {kind: Deployment, name: asleep}}}");
        apply();
        for (String name : new String[] {"scaled", "event", "fixed"}) {
            change(deployment(name), object -> object.withObject("/spec").put("replicas", 50));
        }
        change(deployment("asleep"), object -> object.withObject("/spec").put("replicas", 0));
        apply();
        assertThat(replicas("scaled")).isEqualTo(50);
        assertThat(replicas("event")).isEqualTo(50);
        assertThat(replicas("fixed")).isEqualTo(3);
        assertThat(replicas("asleep")).as("no autoscaler wakes it").isEqualTo(3);
    }

    @Test
    void what_an_api_server_says_of_a_field_may_repeat_it_and_is_not_told() throws IOException {
        Path job = add(
                "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: shop}, spec: {template: {spec: {containers: [{name: c, env: [{name: PASSWORD, value: hunter1}]}]}}}}");
        apply();
        Files.writeString(job, Files.readString(job).replace("hunter1", "hunter2"));
        ApplyReport report = apply();
        assertThat(report.count(Result.FAILED)).isEqualTo(1);
        assertThat(report.toString()).contains("(422)").doesNotContain("hunter");
    }

    @Test
    void an_aggregated_server_that_is_down_does_not_keep_the_others_from_it() throws IOException {
        for (int i = 0; i < 10; i++) {
            add("{apiVersion: down.example/v1, kind: Thing, metadata: {name: t" + i + ", namespace: shop}}");
        }
        add(
                "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: hook}}");
        api.takeDown("down.example/v1");
        ApplyReport report = apply();
        assertThat(report.count(Result.FAILED)).isEqualTo(10);
        assertThat(report.toString()).contains("(503)");
        assertThat(report.count(Result.CREATED)).isEqualTo(2);
    }

    @Test
    void what_admission_gave_an_account_and_a_pod_stays() throws IOException {
        Path account = add("{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: shop}}");
        Path pod = add(
                "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop}, spec: {containers: [{name: c, image: i}]}}");
        apply();
        change(
                CORE + "serviceaccounts/a",
                object -> object.withArray("/imagePullSecrets").addObject().put("name", "a-dockercfg-x"));
        JsonNode spec = api.get(CORE + "pods/p").path("spec");
        for (Path file : new Path[] {account, pod}) {
            Files.writeString(file, Files.readString(file).replace("metadata: {", "metadata: {labels: {x: y}, "));
        }
        assertThat(apply().count(Result.UPDATED)).isEqualTo(2);
        assertThat(api.get(CORE + "serviceaccounts/a")
                        .at("/imagePullSecrets/0/name")
                        .asText())
                .isEqualTo("a-dockercfg-x");
        assertThat(api.get(CORE + "pods/p").path("spec")).isEqualTo(spec);
    }

    private static String deployment(String name) {
        return "/apis/apps/v1/namespaces/shop/deployments/" + name;
    }

    private int replicas(String name) {
        return api.get(deployment(name)).at("/spec/replicas").asInt();
    }

    private void change(String path, Consumer<ObjectNode> change) {
        ObjectNode object = (ObjectNode) api.get(path);
        change.accept(object);
        api.put(path, object);
    }

    private Path add(String yaml) throws IOException {
        return Files.writeString(folder.resolve("%03d.yaml".formatted(files++)), yaml);
    }

    private ApplyReport apply() throws IOException {
        try (KubernetesClient client = api.client()) {
            return new KubernetesArtifacts(client, Clock.systemUTC(), Duration.ofMillis(2), (what, done, total) -> {})
                    .apply(folder, ApplyOptions.DEFAULTS);
        }
    }
}
