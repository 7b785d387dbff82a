package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ApplyReport;
import io.drkit.artifact.ApplyReport.Result;
import io.drkit.artifact.ExportReport;
import io.drkit.testkit.artifact.Unpacked;
import io.drkit.testkit.kube.Recorded;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real kube-apiserver stored, carried from one cluster to an empty one. Both are {@link InMemoryApi}, for no real one can be filled with it. */
class RecordedRegistryTest {

    private static final List<String> TEAMS = List.of("team-1", "team-2", "team-3", "team-4");

    private final InMemoryApi source = new InMemoryApi();
    private final InMemoryApi target = new InMemoryApi();

    @TempDir
    Path folder;

    @BeforeEach
    void load() {
        // Definitions first, for the others are served by them.
        Recorded.objects().stream()
                .filter(object -> object.path("kind").asText().equals("CustomResourceDefinition"))
                .forEach(source::load);
        Recorded.objects().stream()
                .filter(object -> !List.of("RangeAllocation", "CustomResourceDefinition")
                        .contains(object.path("kind").asText()))
                .forEach(source::load);
    }

    @AfterEach
    void close() {
        source.close();
        target.close();
    }

    @Test
    void exported_applied_to_an_empty_cluster_and_exported_again_is_equal() throws Exception {
        Path first = folder.resolve("first.tar.gz");
        Path second = folder.resolve("second.tar.gz");
        try (KubernetesClient here = source.client();
                KubernetesClient there = target.client()) {
            ExportReport exported = new KubernetesArtifacts(here).export(TEAMS, first);
            assertThat(exported.isComplete()).isTrue();
            // Of each team: what is declared, and nothing that its controllers made.
            assertThat(exported.objects())
                    .containsEntry("deployments.apps", 4)
                    .containsEntry("statefulsets.apps", 4)
                    .containsEntry("secrets", 4)
                    .containsEntry("persistentvolumeclaims", 8)
                    .containsEntry("namespaces", 4)
                    // Of sixteen, twelve are made by the controller of four.
                    .containsEntry("widgets.example.dr.io", 4)
                    .containsEntry("customresourcedefinitions.apiextensions.k8s.io", 1)
                    .doesNotContainKeys("replicasets.apps", "pods", "events", "endpoints", "controllerrevisions.apps");
            assertThat(Files.getPosixFilePermissions(first)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

            ApplyReport applied = new KubernetesArtifacts(there).apply(first, ApplyOptions.DEFAULTS);
            assertThat(applied.outcomes())
                    .filteredOn(outcome -> outcome.result() == Result.FAILED)
                    .isEmpty();
            assertThat(applied.outcomes()).hasSize(exported.count());

            new KubernetesArtifacts(there).export(TEAMS, second);
        }
        // Kubernetes' own words for what only one cluster knows.
        assertThat(String.join("\n", Unpacked.of(second).values()))
                .doesNotContain(
                        "managedFields", "resourceVersion:", "uid:", "clusterIP:", "nodePort:", "controller-uid");
        Map<String, String> before = Unpacked.of(first);
        Map<String, String> after = Unpacked.of(second);
        before.remove("artifacts.yaml");
        after.remove("artifacts.yaml");
        assertThat(after).isEqualTo(before);
        assertThat(before.get("images.txt")).contains("nginx");
        assertThat(before).containsKey("namespaces/team-1/secrets/db.yaml");
    }
}
