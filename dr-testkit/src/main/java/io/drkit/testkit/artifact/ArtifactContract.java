package io.drkit.testkit.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ApplyReport;
import io.drkit.artifact.ApplyReport.Outcome;
import io.drkit.artifact.ApplyReport.Result;
import io.drkit.artifact.Artifacts;
import io.drkit.artifact.ExportReport;
import io.drkit.testkit.workload.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link Artifacts} must do, seen by what two sites export. A backend's test extends this and says how to reach the backend and, around it, a
 * namespace at the source. Needs the program {@code tar}.
 */
public abstract class ArtifactContract {

    private static final String ODD_TEXTS = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: texts}
            data:
              truth: "yes"
              number: "0123"
              time: "12:30:45"
              empty: ""
              spaces: "  both  "
              colon: "a: b #c"
              lines: "first\\n  second\\n\\nlast\\n"
              no-end: "first\\nsecond"
              trailing: "first \\n\\tsecond\\t\\n"
              "on": "null"
              unicode: "\\u00e4 \\u2028 \\U0001F600"
            """;

    private static final String APPLICATION = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: {app: web}}
            spec:
              replicas: 0
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  serviceAccountName: web
                  containers:
                  - {name: c, image: "registry.example/web:1.2"}
                  initContainers:
                  - {name: i, image: "registry.example/init@sha256:0000000000000000000000000000000000000000000000000000000000000000"}
            """;

    @TempDir
    protected Path folder;

    protected TestNamespace namespace;

    /** The backend under test, of one site. */
    protected abstract Artifacts source();

    /** The same of another, which does not have the namespace. */
    protected abstract Artifacts destination();

    /** A fresh one at the source, of a name that neither site has. */
    protected abstract TestNamespace newNamespace();

    /** Deletes a namespace at the destination and waits until it is gone; one that is not there is fine. */
    protected abstract void deleteAtDestination(String namespace);

    @BeforeEach
    void createObjects() {
        namespace = newNamespace();
        namespace.create(ODD_TEXTS);
        namespace.create(APPLICATION);
        namespace.create("""
                apiVersion: v1
                kind: Secret
                metadata: {name: password}
                data: {password: czNjcmV0}
                """);
        namespace.create("{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}");
        namespace.create("""
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec: {type: NodePort, selector: {app: web}, ports: [{name: http, port: 80, protocol: TCP, targetPort: 8080}]}
                """);
        namespace.create("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: web}
                rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
                """);
        namespace.create("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: web}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
                subjects: [{kind: ServiceAccount, name: web, namespace: %s}]
                """.formatted(namespace.name()));
    }

    @AfterEach
    void deleteObjects() {
        namespace.close();
        deleteAtDestination(namespace.name());
        deleteAtDestination(renamed());
    }

    @Test
    void what_is_exported_applied_and_exported_again_is_the_same() throws IOException {
        Path archive = folder.resolve("first.tar.gz");
        ExportReport exported = source().export(List.of(namespace.name()), archive);
        assertThat(exported.images())
                .containsExactly(
                        "registry.example/init@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                        "registry.example/web:1.2");
        assertThat(Files.getPosixFilePermissions(archive)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        ApplyReport applied = destination().apply(archive, ApplyOptions.DEFAULTS);
        assertThat(applied.isComplete()).as(applied.toString()).isTrue();
        assertThat(applied.outcomes()).hasSize(exported.count());
        assertThat(exportedBy(destination(), namespace.name())).isEqualTo(files(archive));
        assertThat(files(archive))
                .containsKeys(
                        "images.txt",
                        "namespaces/" + namespace.name() + "/deployments.apps/web.yaml",
                        "cluster/namespaces/" + namespace.name() + ".yaml");
    }

    @Test
    void nothing_of_the_one_cluster_is_in_an_archive() throws IOException {
        source().export(List.of(namespace.name()), folder.resolve("a.tar.gz"));
        SortedMap<String, String> files = files(folder.resolve("a.tar.gz"));
        assertThat(String.join("\n", files.values()))
                .doesNotContain(
                        "uid:",
                        "resourceVersion:",
                        "creationTimestamp:",
                        "managedFields:",
                        "status:",
                        "clusterIP",
                        "nodePort:");
        assertThat(files.keySet()).noneMatch(path -> path.contains("kube-root-ca.crt"));
    }

    @Test
    void applying_again_changes_nothing() throws IOException {
        Path archive = folder.resolve("a.tar.gz");
        source().export(List.of(namespace.name()), archive);
        destination().apply(archive, ApplyOptions.DEFAULTS);
        assertThat(destination().apply(archive, ApplyOptions.DEFAULTS).outcomes())
                .extracting(Outcome::result)
                .containsOnly(Result.UNCHANGED);
        assertThat(source().apply(archive, ApplyOptions.DEFAULTS).outcomes())
                .extracting(Outcome::result)
                .containsOnly(Result.UNCHANGED);
    }

    @Test
    void a_dry_run_tells_of_every_object_and_writes_none() throws IOException {
        Path archive = folder.resolve("a.tar.gz");
        source().export(List.of(namespace.name()), archive);
        ApplyReport report =
                destination().apply(archive, ApplyOptions.builder().dryRun(true).build());
        assertThat(report.dryRun()).isTrue();
        assertThat(report.outcomes()).extracting(Outcome::result).containsOnly(Result.CREATED);
        assertThatThrownBy(() -> destination().export(List.of(namespace.name()), folder.resolve("b.tar.gz")))
                .isInstanceOf(UnsafeToProceedException.class);
    }

    @Test
    void a_namespace_becomes_another() throws IOException {
        Path archive = folder.resolve("a.tar.gz");
        source().export(List.of(namespace.name()), archive);
        ApplyReport report = destination()
                .apply(
                        archive,
                        ApplyOptions.builder()
                                .namespace(namespace.name(), renamed())
                                .build());
        assertThat(report.isComplete()).as(report.toString()).isTrue();
        Map<String, String> expected = new TreeMap<>();
        files(archive)
                .forEach((path, content) -> expected.put(
                        path.replace(namespace.name(), renamed()), content.replace(namespace.name(), renamed())));
        assertThat(exportedBy(destination(), renamed())).isEqualTo(expected);
    }

    @Test
    void a_person_unpacks_edits_and_applies_as_a_folder_and_packed_again() throws IOException {
        Path archive = folder.resolve("a.tar.gz");
        source().export(List.of(namespace.name()), archive);
        destination().apply(archive, ApplyOptions.DEFAULTS);
        Path unpacked = Unpacked.into(archive, Files.createDirectory(folder.resolve("unpacked")));
        Path file = unpacked.resolve("namespaces/" + namespace.name() + "/configmaps/texts.yaml");
        Files.writeString(file, Files.readString(file).replace("12:30:45", "23:59:59"));
        assertThat(updated(destination().apply(unpacked, ApplyOptions.DEFAULTS)))
                .containsExactly("ConfigMap texts in namespace " + namespace.name());
        Files.writeString(file, Files.readString(file).replace("23:59:59", "00:00:00"));
        Path packed = Unpacked.packed(unpacked, folder.resolve("packed.tar.gz"));
        assertThat(updated(destination().apply(packed, ApplyOptions.DEFAULTS)))
                .containsExactly("ConfigMap texts in namespace " + namespace.name());
        assertThat(exportedBy(destination(), namespace.name())
                        .get("namespaces/" + namespace.name() + "/configmaps/texts.yaml"))
                .contains("\"00:00:00\"");
    }

    @Test
    void one_object_that_is_not_taken_does_not_keep_the_others_from_it() throws IOException {
        Path archive = folder.resolve("a.tar.gz");
        int all = source().export(List.of(namespace.name()), archive).count();
        Path unpacked = Unpacked.into(archive, Files.createDirectory(folder.resolve("unpacked")));
        Files.writeString(
                unpacked.resolve("0.yaml"),
                "{apiVersion: nobody.example/v1, kind: Unknown, metadata: {name: u, namespace: " + namespace.name()
                        + "}}");
        ApplyReport report = destination().apply(unpacked, ApplyOptions.DEFAULTS);
        assertThat(report.isComplete()).isFalse();
        assertThat(report.outcomes()).hasSize(all + 1);
        assertThat(report.outcomes())
                .filteredOn(outcome -> outcome.result() == Result.FAILED)
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.reason()).contains("Unknown", "nobody.example/v1"));
        assertThat(exportedBy(destination(), namespace.name())).isEqualTo(files(archive));
    }

    @Test
    void what_cannot_be_understood_is_refused_before_anything_is_written() throws IOException {
        Path archive = folder.resolve("a.tar.gz");
        source().export(List.of(namespace.name()), archive);
        Path unpacked = Unpacked.into(archive, Files.createDirectory(folder.resolve("unpacked")));
        Files.writeString(unpacked.resolve("zz.yaml"), "kind: [");
        assertThatThrownBy(() -> destination().apply(unpacked, ApplyOptions.DEFAULTS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("zz.yaml");
        assertThatThrownBy(() -> destination().export(List.of(namespace.name()), folder.resolve("b.tar.gz")))
                .isInstanceOf(UnsafeToProceedException.class);
    }

    @Test
    void a_misspelt_namespace_is_refused_and_no_file_is_left() throws IOException {
        assertThatThrownBy(() -> source().export(List.of(namespace.name(), "misspelt"), folder.resolve("a.tar.gz")))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("misspelt");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    private String renamed() {
        return namespace.name() + "-copy";
    }

    private static List<String> updated(ApplyReport report) {
        return report.outcomes().stream()
                .filter(outcome -> outcome.result() != Result.UNCHANGED)
                .map(outcome -> outcome.object().toString())
                .toList();
    }

    private SortedMap<String, String> exportedBy(Artifacts site, String name) throws IOException {
        Path archive = folder.resolve("again.tar.gz");
        site.export(List.of(name), archive);
        return files(archive);
    }

    /** All but the manifest, which says whose it is and of when. */
    private static SortedMap<String, String> files(Path archive) {
        SortedMap<String, String> files = Unpacked.of(archive);
        files.remove("artifacts.yaml");
        return files;
    }
}
