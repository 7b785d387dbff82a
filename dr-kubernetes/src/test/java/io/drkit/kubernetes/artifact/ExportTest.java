package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.UnsafeToProceedException;
import io.drkit.artifact.ExportReport;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.artifact.Unpacked;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes into an archive and what does not, on {@link InMemoryApi}. */
class ExportTest {

    private final InMemoryApi api = new InMemoryApi();
    private InMemoryNamespace shop = new InMemoryNamespace(api, "shop");

    @TempDir
    Path folder;

    @BeforeEach
    void makeNamespace() {
        shop = InMemoryNamespace.in(api, "shop");
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void derived_objects_and_those_of_one_cluster_are_left_out() throws IOException {
        shop.create(
                "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: made, ownerReferences: [{kind: Deployment, controller: true}]}}");
        shop.create("{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: own, ownerReferences: [{kind: App}]}}");
        shop.create(
                "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-db-0, ownerReferences: [{kind: StatefulSet, controller: true}]}}");
        shop.create(
                "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: pod-scratch, ownerReferences: [{kind: Pod, controller: true}]}}");
        shop.create(
                "{apiVersion: v1, kind: Secret, metadata: {name: opened, ownerReferences: [{kind: SealedSecret, controller: true}]}}");
        shop.create("{apiVersion: v1, kind: Event, metadata: {name: e}}");
        shop.create("{apiVersion: v1, kind: Endpoints, metadata: {name: e}}");
        shop.create("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: e}}");
        shop.create("{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: l}}");
        shop.create("{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: r}}");
        shop.create(
                "{apiVersion: v1, kind: Secret, metadata: {name: token}, type: kubernetes.io/service-account-token}");
        shop.create(
                "{apiVersion: v1, kind: Secret, metadata: {name: docker, annotations: {kubernetes.io/service-account.name: default}}, type: kubernetes.io/dockercfg}");
        shop.create("{apiVersion: v1, kind: Secret, metadata: {name: bootstrap}, type: bootstrap.kubernetes.io/token}");
        shop.create("{apiVersion: v1, kind: Secret, metadata: {name: sh.helm.release.v1.x}, type: helm.sh/release.v1}");
        shop.create(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: lock, annotations: {control-plane.alpha.kubernetes.io/leader: x}}}");
        shop.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: leaving}}");
        change("configmaps/leaving", object -> object.withObject("/metadata").put("deletionTimestamp", "2026"));
        shop.create("{apiVersion: v1, kind: Pod, metadata: {name: bare}, spec: {containers: [{name: c, image: b}]}}");
        shop.create("{apiVersion: v1, kind: Pod, metadata: {name: ended}, spec: {containers: [{name: c, image: e}]}}");
        change("pods/ended", object -> object.withObject("/status").put("phase", "Succeeded"));

        ExportReport report = export("a.tar.gz");
        assertThat(files("a.tar.gz").keySet())
                .containsExactlyInAnyOrder(
                        "artifacts.yaml",
                        "images.txt",
                        "cluster/namespaces/shop.yaml",
                        "namespaces/shop/replicasets.apps/own.yaml",
                        "namespaces/shop/persistentvolumeclaims/data-db-0.yaml",
                        "namespaces/shop/secrets/opened.yaml",
                        "namespaces/shop/secrets/sh.helm.release.v1.x.yaml",
                        "namespaces/shop/serviceaccounts/default.yaml",
                        "namespaces/shop/pods/bare.yaml");
        assertThat(report.images()).containsExactly("b");
        assertThat(report.leftOut())
                .containsEntry("made by a controller", 2)
                .containsEntry("a token of this cluster", 3)
                .containsEntry("CA data of this cluster", 1)
                .containsEntry("a lock", 1)
                .containsEntry("being deleted", 1)
                .containsEntry("a pod that has ended", 1);
    }

    @Test
    void of_the_whole_cluster_comes_what_the_namespaces_need() throws IOException {
        create(
                "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: widgets.e.dr}, spec: {group: e.dr, scope: Namespaced, names: {plural: widgets, kind: Widget}, versions: [{name: v1}]}}");
        create(
                "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: unused.e.dr}, spec: {group: e.dr, scope: Namespaced, names: {plural: unused, kind: Unused}, versions: [{name: v1}]}}");
        api.load((ObjectNode) api.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.e.dr"));
        api.load((ObjectNode) api.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/unused.e.dr"));
        shop.create("{apiVersion: e.dr/v1, kind: Widget, metadata: {name: w}}");
        role("reader", "");
        role("parts", ", labels: {into: whole}");
        role("stranger", "");
        role("view", ", labels: {kubernetes.io/bootstrapping: rbac-defaults}");
        create(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: whole}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {into: whole}}]}, rules: [{verbs: [get]}]}");
        binding(
                "ours",
                "whole",
                "{kind: ServiceAccount, name: a, namespace: shop}, {kind: ServiceAccount, name: a, namespace: other}");
        binding("group", "view", "{kind: Group, name: \"system:serviceaccounts:shop\"}");
        binding("theirs", "stranger", "{kind: ServiceAccount, name: a, namespace: other}, {kind: User, name: u}");
        binding("system:ours", "stranger", "{kind: ServiceAccount, name: a, namespace: shop}");
        shop.create(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: reader}}");
        for (String used : new String[] {"used", "other"}) {
            create("{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: " + used + "}, value: 1}");
            create("{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: " + used + "}}");
            create("{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: " + used + "}}");
            create("{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: " + used + "}}");
        }
        shop.create(
                "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {template: {spec: {priorityClassName: used, runtimeClassName: used}}, volumeClaimTemplates: [{spec: {storageClassName: used}}]}}");
        shop.create(
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {ingressClassName: used}}");

        export("a.tar.gz");
        SortedMap<String, String> files = files("a.tar.gz");
        String rbac = ".rbac.authorization.k8s.io/";
        assertThat(files.keySet().stream().filter(path -> path.startsWith("cluster/")))
                .containsExactlyInAnyOrder(
                        "cluster/namespaces/shop.yaml",
                        "cluster/customresourcedefinitions.apiextensions.k8s.io/widgets.e.dr.yaml",
                        "cluster/clusterroles" + rbac + "reader.yaml",
                        "cluster/clusterroles" + rbac + "whole.yaml",
                        "cluster/clusterroles" + rbac + "parts.yaml",
                        "cluster/clusterrolebindings" + rbac + "ours.yaml",
                        "cluster/clusterrolebindings" + rbac + "group.yaml",
                        "cluster/priorityclasses.scheduling.k8s.io/used.yaml",
                        "cluster/storageclasses.storage.k8s.io/used.yaml",
                        "cluster/runtimeclasses.node.k8s.io/used.yaml",
                        "cluster/ingressclasses.networking.k8s.io/used.yaml");
        assertThat(files.get("cluster/clusterrolebindings" + rbac + "ours.yaml"))
                .contains("namespace: shop")
                .doesNotContain("other");
    }

    @Test
    void images_are_those_of_every_template_sorted_and_once() throws IOException {
        shop.create(
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {containers: [{image: z}, {image: a}], initContainers: [{image: i}], volumes: [{image: {reference: v}}]}}}}");
        shop.create(
                "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {template: {spec: {containers: [{image: a}]}}}}");
        shop.create(
                "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: c}]}}}}}}");
        export("a.tar.gz");
        assertThat(files("a.tar.gz").get("images.txt")).isEqualTo("a\nc\ni\nv\nz\n");
    }

    @Test
    void the_same_objects_give_the_same_bytes() throws IOException {
        shop.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: y}}");
        export("a.tar.gz");
        export("b.tar.gz");
        assertThat(folder.resolve("a.tar.gz")).hasSameBinaryContentAs(folder.resolve("b.tar.gz"));
    }

    @Test
    void a_long_list_comes_in_pages_even_when_its_revision_is_compacted() throws IOException {
        for (int i = 0; i < 2 * ObjectApi.PAGE + 1; i++) {
            shop.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: c-" + i + "}}");
        }
        api.expireOnce();
        assertThat(export("a.tar.gz").objects()).containsEntry("configmaps", 2 * ObjectApi.PAGE + 1);
        assertThat(api.largestPage()).isEqualTo(ObjectApi.PAGE);
    }

    @Test
    void a_name_longer_than_a_file_may_have_and_one_that_only_a_role_may_have() throws IOException {
        shop.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + "x".repeat(253) + "}}");
        shop.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + "x".repeat(252) + "y}}");
        shop.create("{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: \"a:b c\"}}");
        assertThat(export("a.tar.gz").count()).isEqualTo(5);
        assertThat(files("a.tar.gz"))
                .hasSize(7)
                .containsKey("namespaces/shop/roles.rbac.authorization.k8s.io/a:b c.yaml");
    }

    @Test
    void a_role_whose_file_would_be_hidden_is_one_of_the_archive() throws IOException {
        shop.create("{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: .hidden}}");
        export("a.tar.gz");
        assertThat(files("a.tar.gz").keySet())
                .filteredOn(path -> path.contains("/roles."))
                .singleElement()
                .asString()
                .contains("/hidden-");
    }

    @Test
    void the_control_planes_own_configuration_and_endpoints_of_unknown_origin_are_left_out_and_told()
            throws IOException {
        create("{apiVersion: v1, kind: ConfigMap, metadata: {name: kube-proxy, namespace: kube-system}}");
        create("{apiVersion: v1, kind: ConfigMap, metadata: {name: coredns, namespace: kube-system}}");
        create("{apiVersion: v1, kind: Service, metadata: {name: db, namespace: kube-system}, spec: {ports: []}}");
        try (KubernetesClient client = api.client()) {
            ExportReport report =
                    new KubernetesArtifacts(client).export(List.of("kube-system"), folder.resolve("a.tar.gz"));
            assertThat(report.leftOut())
                    .containsEntry("the control plane's own", 1)
                    .containsEntry("endpoints of a service without selector", 1);
        }
        assertThat(files("a.tar.gz"))
                .containsKey("namespaces/kube-system/configmaps/coredns.yaml")
                .doesNotContainKey("namespaces/kube-system/configmaps/kube-proxy.yaml");
    }

    @Test
    void a_namespace_that_is_being_deleted_is_no_copy() throws IOException {
        ObjectNode leaving = (ObjectNode) api.get("/api/v1/namespaces/shop");
        leaving.withObject("/metadata").put("deletionTimestamp", "2026-11-30T00:00:00Z");
        api.put("/api/v1/namespaces/shop", leaving);
        assertThatThrownBy(() -> export("a.tar.gz"))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("deleting the namespace shop");
    }

    @Test
    void a_namespace_that_is_deleted_meanwhile_is_told() throws IOException {
        try (FaultyApi faulty = new FaultyApi(api.site());
                KubernetesClient client = faulty.client(5000)) {
            faulty.rule((number, method, path) -> {
                if (path.endsWith("/secrets")) {
                    api.remove("/api/v1/namespaces/shop");
                }
                return Fate.PASS;
            });
            assertThat(new KubernetesArtifacts(client)
                            .export(List.of("shop"), folder.resolve("a.tar.gz"))
                            .notes())
                    .singleElement()
                    .asString()
                    .contains("namespace shop meanwhile");
        }
    }

    @Test
    void a_group_that_does_not_answer_is_told() throws IOException {
        api.takeDown("down.example/v1");
        ExportReport report = export("a.tar.gz");
        assertThat(report.isComplete()).isFalse();
        assertThat(report.notes()).singleElement().asString().contains("down.example/v1", "503");
        assertThat(files("a.tar.gz").get("artifacts.yaml")).contains("down.example/v1");
    }

    @Test
    void a_right_that_is_missing_leaves_the_archive_before_as_it_was() throws IOException {
        Path archive = Files.writeString(folder.resolve("a.tar.gz"), "before");
        try (FaultyApi faulty = new FaultyApi(api.site());
                KubernetesClient client = faulty.client(5000)) {
            faulty.rule((number, method, path) -> path.endsWith("/secrets") ? Fate.FORBIDDEN : Fate.PASS);
            assertThatThrownBy(() -> new KubernetesArtifacts(client).export(List.of("shop"), archive))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("list secrets in namespace shop");
        }
        assertThat(archive).hasContent("before");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(archive);
        }
    }

    private interface Change {
        void of(ObjectNode object);
    }

    private void change(String path, Change change) {
        ObjectNode object = (ObjectNode) api.get("/api/v1/namespaces/shop/" + path);
        change.of(object);
        api.put("/api/v1/namespaces/shop/" + path, object);
    }

    private void role(String name, String labels) {
        create("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: " + name + labels
                + "}}");
    }

    private void binding(String name, String role, String subjects) {
        create("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: \"" + name
                + "\"}, roleRef: {kind: ClusterRole, name: " + role + "}, subjects: [" + subjects + "]}");
    }

    private void create(String yaml) {
        Yaml.read(yaml.getBytes(StandardCharsets.UTF_8)).forEach(api::create);
    }

    private ExportReport export(String file) throws IOException {
        Clock clock = Clock.fixed(Instant.parse("2026-11-30T12:00:00Z"), ZoneOffset.UTC);
        try (KubernetesClient client = api.client()) {
            return new KubernetesArtifacts(client, clock, Duration.ofMillis(1), (what, done, total) -> {})
                    .export(List.of("shop"), folder.resolve(file));
        }
    }

    private SortedMap<String, String> files(String file) {
        return Unpacked.of(folder.resolve(file));
    }
}
