package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.demo.RecordedCluster;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.quarantine.About;
import io.drkit.quarantine.Quarantine;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each command, end to end, between two real servers. */
class CommandLineTest {

    private static EtcdServer primary;
    private static EtcdServer standby;

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
    void empty() {
        for (EtcdServer server : List.of(primary, standby)) {
            server.etcdctl("del", "", "--prefix");
        }
    }

    private static Cli between(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("--from", primary.endpoint(0), "--to", standby.endpoint(0), "--scope", "all"));
        arguments.addAll(Arrays.asList(more));
        return drkit(arguments.toArray(String[]::new));
    }

    private static Cli at(EtcdServer server, String command) {
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("--at", server.endpoint(0)));
        return drkit(arguments.toArray(String[]::new));
    }

    private static KeyStore connect(EtcdServer server) {
        return EtcdKeyStore.connect(EtcdConnection.to(server.endpoints()).build());
    }

    private static void fill(int keys) {
        for (int i = 0; i < keys; i++) {
            primary.etcdctl("put", "/registry/configmaps/a/" + i, "value " + i);
        }
    }

    @Test
    void mirrors_once_and_finds_both_sides_equal() {
        fill(5);
        Cli mirrored = between("mirror", "--once");
        assertThat(mirrored.code()).as(mirrored.err()).isZero();
        assertThat(mirrored.out()).contains("which holds 5 keys", "Keys put or deleted: 5 ", "Surplus keys kept: 0");

        Cli checked = between("check");
        assertThat(checked.code()).as(checked.err()).isZero();
        assertThat(checked.out().lines())
                .containsExactly(
                        "LOCAL ETCD missed keys: 0",
                        "LOCAL ETCD surplus keys: 0",
                        "LOCAL ETCD changed keys: 0",
                        "Compared: 5 keys of scope all, level values");
    }

    @Test
    void the_recorded_history_of_a_real_cluster_arrives_whole() {
        try (KeyStore store = connect(primary)) {
            RecordedCluster.history()
                    .forEach(event -> store.commit(new Transaction(List.of(), List.of(event.operation()))));
        }
        Cli mirrored = between("mirror", "--once", "--output", "json");
        assertThat(mirrored.code()).as(mirrored.err()).isZero();
        JsonNode checked = between("check", "--output", "json").json();
        assertThat(checked.path("verdict").asText()).isEqualTo("consistent");
        assertThat(checked.path("compared").asInt())
                .isGreaterThan(200)
                .isEqualTo(mirrored.json().path("keys").asInt());
    }

    @Test
    void a_check_counts_and_names_what_differs_and_a_repair_mends_it() {
        fill(5);
        assertThat(between("mirror", "--once").code()).isZero();
        standby.etcdctl("put", "/registry/configmaps/a/0", "changed");
        standby.etcdctl("del", "/registry/configmaps/a/1");
        standby.etcdctl("del", "/registry/configmaps/a/2");
        standby.etcdctl("put", "/registry/secrets/b/extra", "surplus");

        Cli checked = between("check", "--limit", "1");
        assertThat(checked.code()).isEqualTo(3);
        assertThat(checked.out().lines())
                .containsExactly(
                        "LOCAL ETCD missed keys: 2",
                        "  /registry/configmaps/a/1",
                        "LOCAL ETCD surplus keys: 1",
                        "  /registry/secrets/b/extra",
                        "LOCAL ETCD changed keys: 1",
                        "  /registry/configmaps/a/0",
                        "Compared: 5 keys of scope all, level values");
        JsonNode json = between("check", "--output", "json").json();
        assertThat(json.path("verdict").asText()).isEqualTo("diverged");
        assertThat(json.path("total").path("missed").asInt()).isEqualTo(2);
        assertThat(json.path("byResource").path("secrets").path("surplus").asInt())
                .isEqualTo(1);
        assertThat(json.path("sample")).hasSize(4);

        // Values are not looked at on request.
        assertThat(between("check", "--level", "keys").out()).contains("changed keys: 0");

        Cli repaired = between("repair");
        assertThat(repaired.code()).as(repaired.err()).isZero();
        assertThat(repaired.out()).contains("Put 3 keys, deleted 0, left 1");
        assertThat(between("check").out()).contains("missed keys: 0", "surplus keys: 1", "changed keys: 0");
        assertThat(between("repair", "--delete-surplus").out()).contains("deleted 1");
        assertThat(between("check").code()).isZero();
    }

    @Test
    void surplus_is_kept_until_someone_asks() {
        fill(3);
        standby.etcdctl("put", "/registry/secrets/b/own", "mine");
        assertThat(between("mirror", "--once").out()).contains("Surplus keys kept: 1, deleted: 0");
        assertThat(standby.etcdctl("get", "/registry/secrets/b/own")).contains("mine");
        assertThat(between("mirror", "--once", "--delete-surplus").out())
                .contains("Surplus keys kept: 0, deleted: 1", "Values set aside in quarantine: 1");
        assertThat(drkit("quarantine", "list", "--at", standby.endpoint(0)).out())
                .contains(": 1 values");
        assertThat(standby.etcdctl("get", "/registry/secrets/b/own")).isEmpty();
        assertThat(between("check").code()).isZero();
    }

    @Test
    void the_status_tells_checkpoint_and_distance() {
        Cli never = drkit("mirror", "status", "--to", standby.endpoint(0));
        assertThat(never.code()).as(never.err()).isZero();
        assertThat(never.out()).contains("Mirror default: never ran", "Never proved equal");

        fill(2);
        assertThat(between("mirror", "--once").code()).isZero();
        assertThat(between("check").code()).isZero();
        primary.etcdctl("put", "/registry/configmaps/a/0", "newer");
        Cli status = drkit("mirror", "status", "--to", standby.endpoint(0), "--from", primary.endpoint(0));
        assertThat(status.out())
                .contains(
                        "stopped while streaming",
                        "scope all, 2 keys",
                        "Behind: 1 revisions",
                        "Last proved equal: ",
                        "level values");
        JsonNode json = drkit("mirror", "status", "--to", standby.endpoint(0), "--output", "json")
                .json();
        assertThat(json.path("state").asText()).isEqualTo("stopped while streaming");
        assertThat(json.path("lock").isNull()).isTrue();
        assertThat(json.path("revision").asLong()).isPositive();
        assertThat(json.path("lastProof").path("level").asText()).isEqualTo("values");
    }

    @Test
    void a_check_of_desired_state_is_made_on_request_and_says_so() {
        String deployment =
                "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"metadata\":{\"uid\":\"u\"},\"status\":{\"ready\":%d}}";
        primary.etcdctl("put", "/registry/deployments/a/web", deployment.formatted(3));
        standby.etcdctl("put", "/registry/deployments/a/web", deployment.formatted(1));

        assertThat(between("check").code()).isEqualTo(3);
        Cli desired = between("check", "--level", "desired");
        assertThat(desired.code()).as(desired.err()).isZero();
        assertThat(desired.out()).contains("Compared: 1 keys of scope all, level desired");
        JsonNode json =
                between("check", "--level", "desired", "--output", "json").json();
        assertThat(json.path("level").asText()).isEqualTo("desired");
        assertThat(json.path("undecidable").asInt()).isZero();
        // scope all asks for values: this proves less
        assertThat(drkit("mirror", "status", "--to", standby.endpoint(0)).out()).contains("Never proved equal");
    }

    @Test
    void one_cluster_on_both_sides_is_refused() {
        fill(1);
        Cli result =
                drkit("mirror", "--once", "--from", primary.endpoint(0), "--to", primary.endpoint(0), "--scope", "all");
        assertThat(result.code()).as(result.err()).isEqualTo(5);
        assertThat(result.err().lines().filter(line -> !line.startsWith("starting: ")))
                .singleElement()
                .asString()
                .startsWith("drkit: ");
    }

    @Test
    void a_site_that_was_promoted_is_not_written_to_until_it_is_demoted() {
        fill(1);
        assertThat(between("mirror", "--once").code()).isZero();
        assertThat(at(standby, "role show").out()).contains("STANDBY in epoch 1");
        assertThat(at(standby, "role promote").out()).contains("PRIMARY in epoch 2");

        primary.etcdctl("put", "/registry/configmaps/a/0", "late");
        Cli refused = between("mirror", "--once");
        assertThat(refused.code()).as(refused.err()).isEqualTo(5);
        assertThat(standby.etcdctl("get", "/registry/configmaps/a/0")).contains("value 0");

        JsonNode demoted = drkit("role", "demote", "--at", standby.endpoint(0), "--output", "json")
                .json();
        assertThat(demoted.path("role").asText()).isEqualTo("standby");
        assertThat(demoted.path("epoch").asInt()).isEqualTo(2);
        assertThat(demoted.path("site").asText()).isNotEmpty();
    }

    @Test
    void a_site_without_a_role_says_so() {
        Cli shown = at(standby, "role show");
        assertThat(shown.code()).isZero();
        assertThat(shown.out()).contains("no role yet");
    }

    @Test
    void what_was_set_aside_is_listed_restored_and_dropped() {
        setAside("batch-1", "/registry/secrets/b/one", "first");
        setAside("batch-2", "/registry/secrets/b/two", "second");

        JsonNode batches = at(standby, "quarantine list --output json").json();
        assertThat(batches).hasSize(2);
        assertThat(batches.get(0).path("id").asText()).isEqualTo("batch-1");
        assertThat(batches.get(0).path("reason").asText()).isEqualTo("a test");
        assertThat(at(standby, "quarantine list batch-1").out()).contains("/registry/secrets/b/one (5 bytes)");

        assertThat(at(standby, "quarantine restore batch-1").out()).contains("Restored 1 values, left 0");
        assertThat(standby.etcdctl("get", "/registry/secrets/b/one")).contains("first");
        assertThat(at(standby, "quarantine drop batch-2").out()).contains("Dropped 1 values");
        assertThat(standby.etcdctl("get", "/registry/secrets/b/two")).isEmpty();
        assertThat(at(standby, "quarantine list").out()).contains("0 batches");
    }

    private static void setAside(String batch, String key, String value) {
        KeyValue entry = new KeyValue(Bytes.utf8(key), Bytes.utf8(value), 1, 1, 1, false);
        try (KeyStore store = connect(standby)) {
            store.commit(new Transaction(
                    List.of(),
                    List.of(
                            Quarantine.setAside(batch, entry),
                            Quarantine.about(batch, new About("a test", "default", Instant.EPOCH)))));
        }
    }

    @Test
    void a_prefix_limits_what_is_mirrored() {
        fill(2);
        primary.etcdctl("put", "/other/x", "y");
        Cli mirrored = drkit(
                "mirror",
                "--once",
                "--from",
                primary.endpoint(0),
                "--to",
                standby.endpoint(0),
                "--scope",
                "prefix:/other/");
        assertThat(mirrored.out()).contains("which holds 1 keys", "Keys put or deleted: 1 ");
        assertThat(standby.etcdctl("get", "/registry", "--prefix")).isEmpty();
    }
}
