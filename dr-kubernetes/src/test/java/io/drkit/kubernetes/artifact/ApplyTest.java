package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ApplyReport;
import io.drkit.artifact.ApplyReport.Outcome;
import io.drkit.artifact.ApplyReport.Result;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How objects come into a cluster: in which order, what of those that are there stays, and what is told of each. On {@link InMemoryApi}. */
class ApplyTest {

    private static final String SHOP = "/api/v1/namespaces/shop/";
    private static final String CRD =
            "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: widgets.e.dr}, spec: {group: e.dr, scope: Namespaced, names: {plural: widgets, kind: Widget}, versions: [{name: v1}]}}";

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
    void each_comes_after_what_it_needs_whatever_the_order_of_files() throws IOException {
        add(
                "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: hook}}");
        add("{apiVersion: e.dr/v1, kind: Widget, metadata: {name: w, namespace: shop}}");
        add("{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h, namespace: shop}}");
        add("{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: shop}}");
        add("{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}}");
        add("{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: shop}}");
        add("{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: shop}}");
        add("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: p, namespace: shop}}");
        add("{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}}");
        add("{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: shop}}");
        add("{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: shop}}");
        add("{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: c}, value: 1}");
        add(CRD);
        assertThat(apply().isComplete()).isTrue();
        assertThat(api.writes().stream().map(write -> write.replaceFirst(".*/([a-z]+)/[^/]+$", "$1")))
                .containsExactly(
                        "namespaces",
                        "customresourcedefinitions",
                        "priorityclasses",
                        "resourcequotas",
                        "serviceaccounts",
                        "secrets",
                        "persistentvolumeclaims",
                        "roles",
                        "rolebindings",
                        "services",
                        "deployments",
                        "horizontalpodautoscalers",
                        "widgets",
                        "validatingwebhookconfigurations");
    }

    @Test
    void what_the_cluster_gave_stays_when_the_rest_is_updated() throws IOException {
        Path service = add(
                "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {type: NodePort, selector: {a: one}, ports: [{name: http, port: 80}]}}");
        Path claim = add(
                "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: p, namespace: shop}, spec: {resources: {requests: {storage: 1Gi}}}}");
        Path job = add(
                "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: shop}, spec: {parallelism: 1, template: {metadata: {labels: {a: b}}}}}");
        apply();
        JsonNode before = api.get(SHOP + "services/s");
        ObjectNode annotated = (ObjectNode) api.get(SHOP + "services/s");
        annotated.withObject("/metadata/annotations").put("cloud.example/balancer", "lb-1");
        annotated.withObject("/metadata").putArray("finalizers").add("cloud.example/guard");
        api.put(SHOP + "services/s", annotated);
        JsonNode bound = api.get(SHOP + "persistentvolumeclaims/p").path("spec");

        edit(service, "one", "two");
        edit(claim, "metadata: {", "metadata: {labels: {x: y}, ");
        edit(claim, "1Gi", "9Gi");
        edit(job, "parallelism: 1", "parallelism: 0");
        assertThat(changed(apply()))
                .containsOnly(
                        Map.entry("Service s", Result.UPDATED),
                        Map.entry("PersistentVolumeClaim p", Result.UPDATED),
                        Map.entry("Job j", Result.UPDATED));
        JsonNode after = api.get(SHOP + "services/s");
        assertThat(after.at("/spec/selector/a").asText()).isEqualTo("two");
        assertThat(after.at("/spec/clusterIP")).isEqualTo(before.at("/spec/clusterIP"));
        assertThat(after.at("/spec/ports/0/nodePort")).isEqualTo(before.at("/spec/ports/0/nodePort"));
        assertThat(after.at("/metadata/annotations/cloud.example~1balancer").asText())
                .isEqualTo("lb-1");
        assertThat(after.at("/metadata/finalizers/0").asText()).isEqualTo("cloud.example/guard");
        assertThat(api.get(SHOP + "persistentvolumeclaims/p").path("spec")).isEqualTo(bound);
        assertThat(changed(apply())).isEmpty();
    }

    @Test
    void a_node_port_that_a_person_wrote_is_taken() throws IOException {
        Path service = add(
                "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {type: NodePort, ports: [{port: 80}]}}");
        apply();
        edit(service, "port: 80", "port: 80, nodePort: 31234");
        assertThat(changed(apply())).containsOnly(Map.entry("Service s", Result.UPDATED));
        assertThat(api.get(SHOP + "services/s").at("/spec/ports/0/nodePort").asInt())
                .isEqualTo(31234);
    }

    @Test
    void what_is_shared_is_created_and_never_overwritten() throws IOException {
        Path definition = add(CRD);
        Path priority = add("{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: c}, value: 1}");
        Path role = add(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: [{verbs: [get]}]}");
        Path binding = add(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, subjects: [{kind: ServiceAccount, name: a, namespace: shop}]}");
        apply();
        edit(definition, "versions: [{", "versions: [{served: true, ");
        edit(role, "get", "list");
        edit(priority, "value: 1", "value: 2");
        edit(binding, "name: a,", "name: z,");
        ApplyReport report = apply();
        assertThat(changed(report))
                .containsOnly(
                        Map.entry("CustomResourceDefinition widgets.e.dr", Result.SKIPPED),
                        Map.entry("PriorityClass c", Result.SKIPPED),
                        Map.entry("ClusterRole r", Result.SKIPPED),
                        Map.entry("ClusterRoleBinding b", Result.UPDATED));
        assertThat(report.isComplete()).isTrue();
        assertThat(api.get("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/b")
                        .path("subjects")
                        .findValuesAsText("name"))
                .as("what others bound stays")
                .containsExactly("z", "a");
    }

    @Test
    void what_failed_is_tried_again_when_the_others_are_there() throws IOException {
        add("{apiVersion: v1, kind: ConfigMap, metadata: {name: first, namespace: shop}}");
        add("{apiVersion: apps/v1, kind: Deployment, metadata: {name: needed, namespace: shop}}");
        api.refuse(object -> object.at("/metadata/name").asText().equals("first")
                && api.get("/apis/apps/v1/namespaces/shop/deployments/needed").isMissingNode());
        assertThat(apply().isComplete()).isTrue();
    }

    @Test
    void a_secret_that_is_refused_is_named_and_not_shown() throws IOException {
        add("{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, data: {p: czNjcmV0}}");
        add("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop}}");
        api.refuse(object -> object.path("kind").asText().equals("Secret"));
        ApplyReport report = apply();
        assertThat(changed(report))
                .containsEntry("Secret s", Result.FAILED)
                .containsEntry("ConfigMap c", Result.CREATED);
        assertThat(report.toString())
                .contains("secrets s in namespace shop (422)")
                .doesNotContain("czNjcmV0");
    }

    @Test
    void a_webhook_that_is_down_for_many_objects_does_not_keep_the_others_from_it() throws IOException {
        for (int i = 0; i < 10; i++) {
            add("{apiVersion: v1, kind: ConfigMap, metadata: {name: c" + i + ", namespace: shop}}");
        }
        add("{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: shop}}");
        api.refuse(500, object -> object.path("kind").asText().equals("ConfigMap"));
        ApplyReport report = apply();
        assertThat(report.count(Result.FAILED)).isEqualTo(10);
        assertThat(changed(report)).containsEntry("Deployment d", Result.CREATED);
    }

    @Test
    void what_is_being_deleted_there_and_what_lives_elsewhere_fails_with_its_reason() throws IOException {
        add("{apiVersion: v1, kind: ConfigMap, metadata: {name: leaving, namespace: shop}}");
        apply();
        ObjectNode leaving = (ObjectNode) api.get(SHOP + "configmaps/leaving");
        leaving.withObject("/metadata").put("deletionTimestamp", "2026-11-30T00:00:00Z");
        api.put(SHOP + "configmaps/leaving", leaving);
        add("{apiVersion: v1, kind: ConfigMap, metadata: {name: nowhere}}");
        add("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: missing}}");
        assertThat(apply().outcomes())
                .filteredOn(outcome -> outcome.result() == Result.FAILED)
                .extracting(Outcome::reason)
                .satisfiesExactlyInAnyOrder(
                        reason -> assertThat(reason).contains("being deleted"),
                        reason -> assertThat(reason).contains("names no namespace"),
                        reason -> assertThat(reason).contains("missing", "404"));
    }

    @Test
    void objects_as_kubectl_shows_them_are_taken_too() throws IOException {
        add(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop, uid: u, resourceVersion: \"7\", creationTimestamp: null}, data: {a: b}}");
        assertThat(apply().isComplete()).isTrue();
        assertThat(api.get(SHOP + "configmaps/c").at("/data/a").asText()).isEqualTo("b");
    }

    @Test
    void a_dry_run_tells_of_kinds_that_the_archive_defines() throws IOException {
        add(CRD);
        add("{apiVersion: e.dr/v1, kind: Widget, metadata: {name: w, namespace: shop}}");
        assertThat(apply(ApplyOptions.builder().dryRun(true).build()).outcomes())
                .extracting(Outcome::result)
                .containsOnly(Result.CREATED);
        assertThat(api.writes()).isEmpty();
    }

    @Test
    void accounts_of_bindings_and_services_of_webhooks_move_with_their_namespace() throws IOException {
        add(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, subjects: [{kind: ServiceAccount, name: a, namespace: shop}, {kind: ServiceAccount, name: a, namespace: other}, {kind: Group, name: \"system:serviceaccounts:shop\"}]}");
        add(
                "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: h}, webhooks: [{name: w, clientConfig: {service: {name: s, namespace: shop}}}]}");
        add("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop}, data: {host: db.shop.svc}}");
        assertThat(apply(ApplyOptions.builder().namespace("shop", "store").build())
                        .isComplete())
                .isTrue();
        assertThat(api.get("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/b")
                        .path("subjects")
                        .toString())
                .contains("\"store\"", "\"other\"", "system:serviceaccounts:store")
                .doesNotContain("shop");
        assertThat(api.get("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/h")
                        .at("/webhooks/0/clientConfig/service/namespace")
                        .asText())
                .isEqualTo("store");
        assertThat(api.get("/api/v1/namespaces/store/configmaps/c")
                        .at("/data/host")
                        .asText())
                .as("what is said in data stays")
                .isEqualTo("db.shop.svc");
        assertThat(api.get("/api/v1/namespaces/shop").isMissingNode()).isTrue();
    }

    /** Files are read in the order of their names: in the order in which they were added. */
    private Path add(String yaml) throws IOException {
        return Files.writeString(folder.resolve("%03d.yaml".formatted(files++)), yaml);
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private ApplyReport apply() throws IOException {
        return apply(ApplyOptions.DEFAULTS);
    }

    private ApplyReport apply(ApplyOptions options) throws IOException {
        try (KubernetesClient client = api.client()) {
            return new KubernetesArtifacts(client, Clock.systemUTC(), Duration.ofMillis(2), (what, done, total) -> {})
                    .apply(folder, options);
        }
    }

    private static Map<String, Result> changed(ApplyReport report) {
        Map<String, Result> changed = new TreeMap<>();
        report.outcomes().stream()
                .filter(outcome -> outcome.result() != Result.UNCHANGED)
                .forEach(outcome -> changed.put(
                        outcome.object().kind() + " " + outcome.object().name(), outcome.result()));
        return changed;
    }
}
