package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.demo.RecordedCluster;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit encryption}, and re-encrypting between sites, on what a real kube-apiserver stored. */
class EncryptionCommandTest {

    private static final String PRIMARY_SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    private static EtcdServer primary;
    private static EtcdServer standby;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        primary = EtcdServer.builder().start();
        standby = EtcdServer.builder().start();
    }

    @AfterAll
    static void stop() {
        primary.close();
        standby.close();
    }

    @BeforeEach
    void record() {
        for (EtcdServer server : List.of(primary, standby)) {
            server.etcdctl("del", "", "--prefix");
        }
        try (KeyStore store =
                EtcdKeyStore.connect(EtcdConnection.to(primary.endpoints()).build())) {
            List<Operation> puts = RecordedCluster.registry().stream()
                    .filter(entry -> !entry.leased())
                    .map(entry -> Operation.put(entry.key(), entry.value()))
                    .toList();
            for (int from = 0; from < puts.size(); from += 100) {
                store.commit(new Transaction(List.of(), puts.subList(from, Math.min(from + 100, puts.size()))));
            }
        }
    }

    private static String config(String site) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(EncryptionCommandTest.class.getResource("/encryption/" + site + ".yaml"))
                        .toURI())
                .toString();
    }

    private static Cli at(EtcdServer server, String command, String config, String... more) {
        List<String> arguments = new ArrayList<>(List.of("encryption", command));
        arguments.addAll(List.of("--at", server.endpoint(0), "--encryption-config", config));
        arguments.addAll(Arrays.asList(more));
        return drkit(arguments.toArray(String[]::new));
    }

    private static Cli between(String command, String... more) throws URISyntaxException {
        List<String> arguments = new ArrayList<>(List.of(command, "--scope", "all"));
        arguments.addAll(List.of("--from", primary.endpoint(0), "--from-encryption-config", config("primary")));
        arguments.addAll(List.of("--to", standby.endpoint(0), "--to-encryption-config", config("standby")));
        arguments.addAll(Arrays.asList(more));
        return drkit(arguments.toArray(String[]::new));
    }

    private static JsonNode count(JsonNode inspection, String resource, String provider, String key) {
        for (JsonNode count : inspection.path("counts")) {
            if (count.path("resource").asText().equals(resource)
                    && count.path("provider").asText().equals(provider)
                    && count.path("key").asText().equals(key)) {
                return count;
            }
        }
        throw new AssertionError("no " + resource + " under " + provider + " " + key + " in " + inspection);
    }

    @Test
    void what_a_real_apiserver_stored_is_readable_with_its_configuration() throws Exception {
        Cli inspected = at(primary, "inspect", config("primary"), "--output", "json");
        assertThat(inspected.code()).as(inspected.err()).isZero();
        JsonNode result = inspected.json();
        assertThat(result.path("unreadable").asInt()).isZero();
        assertThat(result.path("misread").asInt()).isZero();
        assertThat(count(result, "secrets", "aescbc", "key1").path("readable").asInt())
                .isPositive();
        assertThat(count(result, "configmaps", "secretbox", "box1")
                        .path("readable")
                        .asInt())
                .isPositive();
        assertThat(count(result, "widgets.example.dr.io", "aesgcm", "gcm1")
                        .path("readable")
                        .asInt())
                .isPositive();
        assertThat(count(result, "deployments.apps", "identity", "")
                        .path("readable")
                        .asInt())
                .isPositive();
    }

    @Test
    void what_a_configuration_cannot_read_is_counted_and_named() throws Exception {
        Cli inspected = at(primary, "inspect", config("standby"));
        assertThat(inspected.code()).as(inspected.err()).isEqualTo(3);
        assertThat(inspected.out()).contains("secrets", "aescbc key1", "First unreadable:", "/registry/configmaps/");
    }

    @Test
    void a_plan_leads_both_sites_to_read_everything_and_both_can_at_every_stage() throws Exception {
        KeyStore other =
                EtcdKeyStore.connect(EtcdConnection.to(standby.endpoints()).build());
        try (other) {
            other.commit(new Transaction(
                    List.of(),
                    List.of(Operation.put(
                            Bytes.utf8("/registry/secrets/a/plain"), Bytes.utf8("{\"kind\":\"Secret\"}")))));
        }
        assertThat(at(standby, "rewrite", config("standby")).out()).contains("Values rewritten: 1");
        Path plan = folder.resolve("plan");
        Cli planned = drkit("encryption", "plan", config("primary"), config("standby"), "--out-dir", plan.toString());
        assertThat(planned.code()).as(planned.err()).isZero();
        assertThat(planned.out()).contains("1. standby: ", "The primary reads all of its own and all of the standby's");

        String onPrimary = config("primary");
        String onStandby = config("standby");
        JsonNode stages =
                new ObjectMapper().readTree(plan.resolve("plan.json").toFile()).path("stages");
        assertThat(stages).hasSizeGreaterThan(3);
        for (JsonNode stage : stages) {
            boolean atPrimary = stage.path("site").asText().equals("primary");
            String file = plan.resolve(stage.path("file").asText()).toString();
            onPrimary = atPrimary ? file : onPrimary;
            onStandby = atPrimary ? onStandby : file;
            for (JsonNode action : stage.path("then")) {
                if (action.asText().equals("rewrite")) {
                    assertThat(at(atPrimary ? primary : standby, "rewrite", file)
                                    .code())
                            .isZero();
                }
            }
            assertThat(at(primary, "inspect", onPrimary).code()).isZero();
            assertThat(at(standby, "inspect", onStandby).code()).isZero();
        }
        assertThat(at(primary, "inspect", onStandby).code()).isZero();
        assertThat(at(standby, "inspect", onPrimary).code()).isZero();
    }

    @Test
    void a_plan_is_private_and_is_never_made_over() throws Exception {
        Path plan = folder.resolve("plan");
        String[] command = {"encryption", "plan", config("primary"), config("standby"), "--out-dir", plan.toString()};
        Cli planned = drkit(command);
        assertThat(planned.out()).doesNotContain(PRIMARY_SECRET);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(plan)))
                .isEqualTo("rwx------");
        try (var files = Files.list(plan)) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        assertThat(Files.readString(plan.resolve("plan.json"))).doesNotContain(PRIMARY_SECRET);
        Cli again = drkit(command);
        assertThat(again.code()).isEqualTo(5);
        assertThat(again.err()).contains("holds one already");
    }

    @Test
    void one_file_is_refused_where_names_clash_and_stays_the_same_where_they_do_not() throws Exception {
        String out = folder.resolve("merged.yaml").toString();
        Cli refused = drkit("encryption", "merge", config("primary"), config("standby"), "--out", out);
        assertThat(refused.code()).isEqualTo(5);
        assertThat(refused.err()).contains("aescbc key1", "plan");
        assertThat(folder.resolve("merged.yaml")).doesNotExist();

        Path renamed = Files.writeString(
                folder.resolve("renamed.yaml"),
                Files.readString(Path.of(config("standby"))).replace("key1", "key2"));
        Cli merged = drkit("encryption", "merge", config("primary"), renamed.toString(), "--out", out);
        assertThat(merged.code()).as(merged.err()).isZero();
        String first = Files.readString(Path.of(out));
        assertThat(drkit("encryption", "merge", out, renamed.toString(), "--out", out)
                        .code())
                .isZero();
        assertThat(Path.of(out)).hasContent(first);
        assertThat(at(primary, "inspect", out).code()).isZero();
    }

    @Test
    void a_rewrite_tells_what_it_would_do_does_it_and_finds_nothing_more() throws Exception {
        Path moved = moved();
        Cli dry = at(primary, "rewrite", moved.toString(), "--dry-run", "--output", "json");
        long stale = dry.json().path("rewritten").asLong();
        assertThat(stale).isPositive();
        Cli rewritten = at(primary, "rewrite", moved.toString(), "--output", "json");
        assertThat(rewritten.code()).as(rewritten.err()).isZero();
        assertThat(rewritten.json().path("rewritten").asLong()).isEqualTo(stale);
        assertThat(at(primary, "rewrite", moved.toString(), "--output", "json")
                        .json()
                        .path("rewritten")
                        .asLong())
                .isZero();
        JsonNode inspection =
                at(primary, "inspect", moved.toString(), "--output", "json").json();
        assertThat(inspection.path("stale").asLong()).isZero();
        assertThat(count(inspection, "secrets", "aescbc", "key2")
                        .path("readable")
                        .asLong())
                .isEqualTo(stale);
    }

    @Test
    void what_is_in_quarantine_is_rewritten_too_and_readable_when_it_is_put_back() throws Exception {
        RecordedCluster.Entry secret = RecordedCluster.registry().stream()
                .filter(entry -> entry.key().utf8().equals("/registry/secrets/team-1/db"))
                .findFirst()
                .orElseThrow();
        try (KeyStore store =
                EtcdKeyStore.connect(EtcdConnection.to(primary.endpoints()).build())) {
            store.commit(new Transaction(
                    List.of(),
                    List.of(
                            Operation.put(
                                    Bytes.utf8("/drkit/quarantine/b/keys/").concat(secret.key()), secret.value()),
                            Operation.delete(secret.key()))));
        }
        assertThat(at(primary, "rewrite", moved().toString()).code()).isZero();
        Cli restored = drkit("quarantine", "restore", "b", "--at", primary.endpoint(0));
        assertThat(restored.code()).as(restored.err()).isZero();
        JsonNode inspection =
                at(primary, "inspect", moved().toString(), "--output", "json").json();
        assertThat(inspection.path("unreadable").asLong()).isZero();
        assertThat(inspection.path("stale").asLong()).isZero();
    }

    @Test
    void a_prefix_that_is_none_is_refused_before_anything_is_read_or_written() throws Exception {
        for (String prefix : List.of("/", "", "registry", "/drkit")) {
            Cli refused = at(primary, "rewrite", config("primary"), "--registry-prefix", prefix);
            assertThat(refused.code()).as(prefix).isEqualTo(2);
            assertThat(refused.err()).contains("such as /registry");
        }
    }

    @Test
    void a_value_that_the_standby_stores_plain_and_cannot_read_is_told() throws Exception {
        Path plain = Files.writeString(folder.resolve("plain.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources:
                  - resources: [secrets]
                    providers: [identity: {}]
                """);
        String[] sites = {
            "--scope",
            "all",
            "--from",
            primary.endpoint(0),
            "--from-encryption-config",
            config("primary"),
            "--to",
            standby.endpoint(0),
            "--to-encryption-config"
        };
        assertThat(drkit(with(sites, "mirror", plain.toString(), "--once")).code())
                .isZero();
        Path noIdentity = Files.writeString(
                folder.resolve("strict.yaml"),
                Files.readString(Path.of(config("standby"))).replace("      - identity: {}\n", ""));
        Cli checked = drkit(with(sites, "check", noIdentity.toString()));
        assertThat(checked.out()).containsPattern("does not read: [1-9]").contains("/registry/secrets/");
    }

    private static String[] with(String[] sites, String command, String config, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(Arrays.asList(sites));
        arguments.add(config);
        arguments.addAll(Arrays.asList(more));
        return arguments.toArray(String[]::new);
    }

    private Path moved() throws IOException, URISyntaxException {
        return Files.writeString(
                folder.resolve("moved.yaml"),
                Files.readString(Path.of(config("primary")))
                        .replace(
                                "            - name: key1",
                                "            - name: key2\n              secret: MTIzNDU2Nzg5MDEyMzQ1Ng==\n            - name: key1"));
    }

    @Test
    void between_sites_with_different_keys_values_are_re_encrypted_and_compared_decrypted() throws Exception {
        Cli mirrored = between("mirror", "--once");
        assertThat(mirrored.code()).as(mirrored.err()).isZero();
        assertThat(mirrored.out()).contains("configuration of their site does not read: 0");
        Cli checked = between("check", "--output", "json");
        assertThat(checked.code()).as(checked.err()).isZero();
        assertThat(checked.json().path("undecrypted").path("count").asInt()).isZero();
        assertThat(at(standby, "inspect", config("standby")).code()).isZero();

        Cli raw = drkit("check", "--scope", "all", "--from", primary.endpoint(0), "--to", standby.endpoint(0));
        assertThat(raw.code()).isEqualTo(3);
        assertThat(raw.out()).contains("LOCAL ETCD missed keys: 0", "LOCAL ETCD surplus keys: 0");
    }

    @Test
    void bad_input_gets_a_sentence_and_no_secret() throws Exception {
        refused("resources: [" + PRIMARY_SECRET, "YAML");
        refused(
                Files.readString(Path.of(config("primary"))).replace(PRIMARY_SECRET, "c2hvcnQ="),
                "resources[0].providers[0].aescbc.keys[0].secret: a secret of 5 bytes");
        Cli none = drkit("encryption", "inspect", "--at", primary.endpoint(0));
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("--encryption-config");
        Cli one = drkit(
                "check",
                "--scope",
                "all",
                "--from",
                primary.endpoint(0),
                "--to",
                standby.endpoint(0),
                "--from-encryption-config",
                config("primary"));
        assertThat(one.code()).isEqualTo(2);
        assertThat(one.err()).contains("of both");
        Cli unwritable =
                drkit("encryption", "plan", config("primary"), config("standby"), "--out-dir", "/proc/none/plan");
        assertThat(unwritable.code()).as(unwritable.err()).isEqualTo(2);
    }

    private void refused(String yaml, String because) throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.yaml"), yaml);
        Cli result = at(primary, "inspect", broken.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .contains("broken.yaml", because)
                .doesNotContain(PRIMARY_SECRET.substring(4, 20), "c2hvcnQ");
        assertThat(result.err().lines().count()).isLessThanOrEqualTo(2);
    }
}
