package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.demo.RecordedCluster;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.testkit.etcd.EtcdServer;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code drkit scope}, on what a real kube-apiserver stored. */
class ScopeCommandTest {

    private static final String SECRET = "/registry/secrets/team-1/db";
    private static final String DEPLOYMENT = "/registry/deployments/team-1/web";

    private static EtcdServer etcd;

    @BeforeAll
    static void record() {
        etcd = EtcdServer.builder().start();
        try (KeyStore store =
                EtcdKeyStore.connect(EtcdConnection.to(etcd.endpoints()).build())) {
            List<Operation> puts = RecordedCluster.registry().stream()
                    .filter(entry -> !entry.leased())
                    .map(entry -> Operation.put(entry.key(), entry.value()))
                    .toList();
            for (int from = 0; from < puts.size(); from += 100) {
                store.commit(new Transaction(List.of(), puts.subList(from, Math.min(from + 100, puts.size()))));
            }
        }
    }

    @AfterAll
    static void stop() {
        etcd.close();
    }

    private static Cli explain(String key, String... more) {
        List<String> arguments = new ArrayList<>(List.of("scope", "explain", key));
        arguments.addAll(Arrays.asList(more));
        Cli result = drkit(arguments.toArray(String[]::new));
        assertThat(result.code()).as(result.err()).isZero();
        return result;
    }

    private static String verdict(String key, String... more) {
        List<String> arguments = new ArrayList<>(Arrays.asList(more));
        arguments.addAll(List.of("--output", "json"));
        return explain(key, arguments.toArray(String[]::new))
                .json()
                .path("verdict")
                .asText();
    }

    @Test
    void a_key_that_tells_is_explained_without_asking_anybody() {
        Cli lease = explain("/registry/leases/team-1/l");
        assertThat(lease.out()).contains("is not mirrored in scope platform", "leaders", "Class: ephemeral");
        assertThat(explain("/drkit/site").out())
                .contains("not mirrored", "DrKit")
                .doesNotContain("Class");
        assertThat(verdict("/registry/pods/team-1/p", "--scope", "all")).isEqualTo("mirrored");
        assertThat(verdict("/registry/pods/team-1/p", "--scope", "prefix:/x/")).isEqualTo("excluded");
    }

    @Test
    void without_a_value_it_says_what_it_depends_on() {
        Cli secret = explain(SECRET);
        assertThat(secret.out()).contains("as its value has it", "token of a service account", "Class: declared");
        assertThat(verdict(DEPLOYMENT)).isEqualTo("depends-on-value");
    }

    @Test
    void the_value_decides_where_a_site_is_named_and_its_encryption_known() throws URISyntaxException {
        String[] at = {"--at", etcd.endpoint(0)};
        assertThat(verdict(DEPLOYMENT, at)).isEqualTo("mirrored");
        assertThat(verdict("/registry/clusterroles/admin", at)).isEqualTo("excluded");
        assertThat(explain(SECRET, at).out()).contains("is withheld", "cannot be read");
        String config = Path.of(Objects.requireNonNull(ScopeCommandTest.class.getResource("/encryption/primary.yaml"))
                        .toURI())
                .toString();
        Cli decrypted = explain(SECRET, "--at", etcd.endpoint(0), "--encryption-config", config);
        assertThat(decrypted.out()).contains("is mirrored").doesNotContain("s3cret");
    }

    @Test
    void a_key_that_is_not_there_is_told() {
        Cli absent = explain("/registry/deployments/team-1/nobody", "--at", etcd.endpoint(0));
        assertThat(absent.out()).contains("as its value has it", "no such key at");
        Cli json = explain("/registry/deployments/team-1/nobody", "--at", etcd.endpoint(0), "--output", "json");
        assertThat(json.json().path("found").asBoolean(true)).isFalse();
        assertThat(explain(DEPLOYMENT, "--output", "json").json().path("found").isNull())
                .isTrue();
    }

    @Test
    void wishes_count_and_stand_in_the_scopes_name() {
        assertThat(verdict("/registry/configmaps/kube-public/mine")).isEqualTo("excluded");
        Cli included =
                explain("/registry/configmaps/kube-public/mine", "--include-namespace", "kube-public", "--output=json");
        assertThat(included.json().path("verdict").asText()).isEqualTo("depends-on-value");
        assertThat(included.json().path("scope").asText()).isEqualTo("platform +ns:kube-public");
        assertThat(verdict("/registry/jobs/a/b", "--exclude-resource", "*.batch", "--exclude-resource", "pods"))
                .isEqualTo("excluded");
        assertThat(verdict("/registry/pods/a/b", "--include-resource", "pods")).isEqualTo("depends-on-value");
        assertThat(verdict("/registry/pods/a/b", "--include-key", "/registry/pods/a/b"))
                .isEqualTo("mirrored");
        assertThat(verdict("/registry/jobs/a/b", "--exclude-namespace", "a")).isEqualTo("excluded");
        assertThat(verdict("/registry/jobs/a/b", "--exclude-key", "/registry/jobs/a/b"))
                .isEqualTo("excluded");
        assertThat(verdict("/k8s/leases/a/b", "--registry-prefix", "/k8s")).isEqualTo("excluded");
        assertThat(verdict("/k8s/jobs/a/b", "--registry-prefix", "/k8s")).isEqualTo("depends-on-value");
    }

    @Test
    void platform_is_what_is_mirrored_and_checked_unless_told_otherwise() {
        try (EtcdServer standby = EtcdServer.builder().start()) {
            standby.etcdctl("put", "/registry/configmaps/cert-manager/local", "of this site");
            standby.etcdctl("put", "/registry/pods/team-1/own", "of this site");
            String[] sites = {
                "--from", etcd.endpoint(0), "--to", standby.endpoint(0), "--exclude-resource", "jobs.batch"
            };
            Cli mirrored = drkit(with(sites, "mirror", "--once"));
            assertThat(mirrored.code()).as(mirrored.err()).isZero();
            Cli checked = drkit(with(sites, "check"));
            assertThat(checked.code()).as(checked.out() + checked.err()).isZero();
            assertThat(checked.out())
                    .contains("scope platform -resource:jobs.batch, level desired")
                    .contains("Keys left out", SECRET);
            String keys = standby.etcdctl("get", "/registry/", "--prefix", "--keys-only");
            assertThat(keys)
                    .contains(DEPLOYMENT, "/registry/configmaps/team-1/cfg")
                    .doesNotContain(
                            "/registry/jobs/", "/registry/pods/team-1/web", "kube-root-ca.crt", "/registry/leases/");
            assertThat(standby.etcdctl("get", "/registry/configmaps/cert-manager/local"))
                    .contains("of this site");
            assertThat(standby.etcdctl("get", "/registry/pods/team-1/own")).contains("of this site");
        }
    }

    private static String[] with(String[] sites, String... command) {
        List<String> arguments = new ArrayList<>(Arrays.asList(command));
        arguments.addAll(Arrays.asList(sites));
        return arguments.toArray(String[]::new);
    }
}
