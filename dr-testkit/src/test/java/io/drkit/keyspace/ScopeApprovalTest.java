package io.drkit.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keyspace.ScopeDecision.Verdict;
import io.drkit.keystore.KeyValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the platform scope says of every recorded key, in files for people to read. Where it is to say something else, look at the file in
 * {@code target/} that the failure names, and put it in the place of the approved one.
 */
class ScopeApprovalTest {

    private static final MirrorScope SCOPE = MirrorScope.platform();

    @ParameterizedTest
    @CsvSource({
        RecordedEntries.PRIMARY + ", platform-scope-primary.txt",
        RecordedEntries.STANDBY + ", platform-scope-standby.txt"
    })
    void every_recorded_key_is_where_a_reviewer_approved_it_to_be(String recorded, String approved) throws IOException {
        StringBuilder said = new StringBuilder();
        for (KeyValue entry : RecordedEntries.of(recorded)) {
            said.append(line(entry)).append('\n');
        }
        Path received = Path.of("target", approved);
        Files.createDirectories(received.toAbsolutePath().getParent());
        Files.writeString(received, said);
        try (InputStream file = ScopeApprovalTest.class.getResourceAsStream("/" + approved)) {
            assertThat(file).as("there is no " + approved + " yet").isNotNull();
            assertThat(said.toString())
                    .as("see " + received.toAbsolutePath())
                    .isEqualTo(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String line(KeyValue entry) {
        ScopeDecision decision = SCOPE.explain(entry);
        return String.format(
                Locale.ROOT,
                "%s | %s | %s | %s",
                entry.key().printable(),
                decision.keyClass(),
                decision.verdict(),
                decision.reason());
    }

    @Test
    void all_that_a_fresh_standby_has_is_its_own() {
        assertThat(RecordedEntries.of(RecordedEntries.STANDBY))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(SCOPE.explain(entry).verdict())
                        .as(entry.key().utf8())
                        .isEqualTo(Verdict.EXCLUDED));
    }

    @Test
    void what_the_primary_runs_is_mirrored_and_what_follows_from_it_is_not() {
        Map<String, Long> mirrored = new TreeMap<>();
        for (KeyValue entry : RecordedEntries.of(RecordedEntries.PRIMARY)) {
            if (SCOPE.explain(entry).verdict() == Verdict.MIRRORED) {
                mirrored.merge(parse(entry).resource().toString(), 1L, Long::sum);
            }
        }
        assertThat(mirrored)
                .containsOnly(
                        Map.entry("clusterrolebindings.rbac.authorization.k8s.io", 1L),
                        Map.entry("clusterroles.rbac.authorization.k8s.io", 1L),
                        Map.entry("configmaps", 16L),
                        Map.entry("controllerrevisions.apps", 4L),
                        Map.entry("cronjobs.batch", 4L),
                        Map.entry("customresourcedefinitions.apiextensions.k8s.io", 2L),
                        Map.entry("deployments.apps", 4L),
                        Map.entry("ingresses.networking.k8s.io", 4L),
                        Map.entry("jobs.batch", 4L),
                        Map.entry("namespaces", 4L),
                        Map.entry("persistentvolumeclaims", 8L),
                        Map.entry("replicasets.apps", 4L),
                        Map.entry("rolebindings.rbac.authorization.k8s.io", 4L),
                        Map.entry("roles.rbac.authorization.k8s.io", 4L),
                        Map.entry("serviceaccounts", 8L),
                        Map.entry("services", 4L),
                        Map.entry("statefulsets.apps", 4L),
                        Map.entry("tenants.example.dr.io", 4L),
                        Map.entry("widgets.example.dr.io", 16L));
    }

    private static RegistryKey parse(KeyValue entry) {
        return RegistryKey.parse(entry.key(), RegistryKey.DEFAULT_PREFIX).orElseThrow();
    }
}
