package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.testkit.etcd.EtcdServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stopping a mirror and changing roles by the command line, end to end, between two real servers. */
class SuccessionCommandTest {

    /** Nobody listens there. */
    private static final String NOWHERE = "http://127.0.0.1:1";

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
    void aPair() {
        for (EtcdServer server : List.of(primary, standby)) {
            server.etcdctl("del", "", "--prefix");
        }
        for (int i = 0; i < 5; i++) {
            primary.etcdctl("put", "/registry/configmaps/a/" + i, "value " + i);
        }
        assertThat(mirror(primary, standby).code()).isZero();
    }

    private static Cli mirror(EtcdServer from, EtcdServer to) {
        return between("mirror --once", from, to);
    }

    private static Cli between(String command, EtcdServer from, EtcdServer to) {
        return run(command + " --scope all --from " + from.endpoint(0) + " --to " + to.endpoint(0));
    }

    private static Cli run(String command) {
        return drkit(command.split(" "));
    }

    private static String role(EtcdServer server) {
        return run("role show --at " + server.endpoint(0)).out();
    }

    private static void object(EtcdServer server, String kind, String path, String uid, String owner) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        String references = owner.isEmpty()
                ? ""
                : ",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"name\":\"%s\",\"uid\":\"%s\"}]"
                        .formatted(owner, owner);
        server.etcdctl(
                "put",
                path,
                "{\"apiVersion\":\"v1\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"a\",\"uid\":\"%s\"%s}}"
                        .formatted(kind, name, uid, references));
    }

    @Test
    void an_old_primary_that_was_unreachable_comes_back_and_is_demoted_after_its_lost_writes_are_listed() {
        Cli promoted = run("role promote --deadline 2s --at " + standby.endpoint(0) + " --old " + NOWHERE);
        assertThat(promoted.code()).as(promoted.err()).isZero();
        assertThat(promoted.out()).contains("PRIMARY in epoch 2", "not a standby yet", "drkit role demote");
        primary.etcdctl("put", "/registry/configmaps/a/1", "lost");
        primary.etcdctl("put", "/registry/configmaps/a/lost", "created");
        standby.etcdctl("put", "/registry/configmaps/a/2", "after the failover");

        assertThat(mirror(primary, standby).code()).isEqualTo(5);
        assertThat(mirror(standby, primary).code()).isEqualTo(5);

        String demote = "role demote --at " + primary.endpoint(0) + " --new " + standby.endpoint(0);
        JsonNode dry = run(demote + " --dry-run --output json --limit 1").json();
        assertThat(dry.path("role").asText()).isEqualTo("primary");
        assertThat(dry.path("epoch").asInt()).isEqualTo(1);
        assertThat(dry.path("dryRun").asBoolean()).isTrue();
        assertThat(dry.path("lostWrites").path("count").asInt()).isEqualTo(2);
        assertThat(dry.path("lostWrites").path("first")).hasSize(1);
        assertThat(dry.path("lostWrites").path("first").get(0).path("key").asText())
                .isEqualTo("/registry/configmaps/a/1");
        assertThat(role(primary)).contains("PRIMARY in epoch 1");

        Cli demoted = run(demote);
        assertThat(demoted.code()).as(demoted.err()).isZero();
        assertThat(demoted.out())
                .contains(
                        ": 2" + System.lineSeparator(),
                        "  /registry/configmaps/a/1 at revision ",
                        "  /registry/configmaps/a/lost at revision ",
                        "Deletions",
                        "STANDBY in epoch 2");
        assertThat(role(primary)).contains("STANDBY in epoch 2");

        Cli back = mirror(standby, primary);
        assertThat(back.code()).as(back.err()).isZero();
        assertThat(back.out()).contains("Values set aside in quarantine: 2");
        assertThat(between("check", standby, primary).code()).isZero();
        assertThat(run("quarantine list --at " + primary.endpoint(0)).out()).contains(": 2 values");
        assertThat(run(demote).out()).contains("cannot be told", "quarantine");
    }

    @Test
    void a_promotion_tells_the_old_primary() {
        String promote = "role promote --at " + standby.endpoint(0) + " --old " + primary.endpoint(0);
        Cli promoted = run(promote);
        assertThat(promoted.code()).as(promoted.err()).isZero();
        assertThat(promoted.out()).contains("PRIMARY in epoch 2", "The old primary is a standby of that epoch.");
        assertThat(role(primary)).contains("STANDBY in epoch 2");
        JsonNode again = run(promote + " --output json").json();
        assertThat(again.path("role").asText()).isEqualTo("primary");
        assertThat(again.path("epoch").asInt()).isEqualTo(2);
        assertThat(again.path("oldDemoted").asBoolean()).isTrue();
        assertThat(again.path("reason").isNull()).isTrue();
        assertThat(mirror(standby, primary).code()).isZero();
    }

    @Test
    void the_wrong_way_round_is_refused() {
        assertThat(run("role promote --at " + standby.endpoint(0)).code()).isZero();
        Cli promoted = run("role promote --at " + primary.endpoint(0) + " --old " + standby.endpoint(0));
        assertThat(promoted.code()).isEqualTo(5);
        assertThat(promoted.err()).contains("demote it first");
        Cli demoted = run("role demote --at " + standby.endpoint(0) + " --new " + primary.endpoint(0));
        assertThat(demoted.code()).isEqualTo(5);
        assertThat(role(primary)).contains("PRIMARY in epoch 1");
        assertThat(role(standby)).contains("PRIMARY in epoch 2");
    }

    @Test
    void a_demotion_that_names_no_new_primary_says_what_it_did_not_look_for() {
        Cli demoted = run("role demote --at " + primary.endpoint(0));
        assertThat(demoted.code()).isZero();
        assertThat(demoted.out()).contains("STANDBY in epoch 1", "Lost writes were not looked for");
        assertThat(run("role demote --dry-run --at " + primary.endpoint(0)).code())
                .isEqualTo(2);
        assertThat(run("role demote --deadline 1s --at " + primary.endpoint(0) + " --new " + NOWHERE)
                        .code())
                .isEqualTo(4);
    }

    @Test
    void a_demotion_that_cannot_tell_the_lost_writes_says_so() {
        assertThat(run("role promote --at " + standby.endpoint(0)).code()).isZero();
        Cli demoted = run("role demote --name other --at " + primary.endpoint(0) + " --new " + standby.endpoint(0));
        assertThat(demoted.code()).isZero();
        assertThat(demoted.out()).contains("cannot be told", "no checkpoint of a mirror other", "STANDBY in epoch 2");
    }

    @Test
    void where_no_mirror_runs_a_stop_proves_and_says_so() {
        Cli level = between("mirror stop", primary, standby);
        assertThat(level.code()).as(level.err()).isZero();
        assertThat(level.out()).contains("LOCAL ETCD missed keys: 0", "No mirror default runs.");
        assertThat(run("mirror status --to " + standby.endpoint(0)).out()).contains("Last proved equal: ");
    }

    @Test
    void a_stop_with_missed_keys_names_what_would_be_collected() {
        object(primary, "Secret", "/registry/secrets/a/owner", "owner", "");
        object(primary, "ConfigMap", "/registry/configmaps/a/child", "child", "owner");
        assertThat(mirror(primary, standby).code()).isZero();
        standby.etcdctl("del", "/registry/secrets/a/owner");

        Cli refused = between("mirror stop", primary, standby);
        assertThat(refused.code()).as(refused.err()).isEqualTo(5);
        assertThat(refused.out())
                .contains(
                        "LOCAL ETCD missed keys: 1",
                        "  /registry/secrets/a/owner",
                        "garbage collector would delete: 1",
                        "  /registry/configmaps/a/child (of Secret owner)",
                        "Values that cannot be read",
                        "Refused: ");
        JsonNode json = between("mirror stop --output json", primary, standby).json();
        assertThat(json.path("outcome").asText()).isEqualTo("refused");
        assertThat(json.path("check").path("verdict").asText()).isEqualTo("diverged");
        assertThat(json.path("forecast").path("count").asInt()).isEqualTo(1);
        assertThat(json.path("forecast").path("first").get(0).path("ownerKind").asText())
                .isEqualTo("Secret");
        assertThat(between("mirror stop --force", primary, standby).code()).isZero();

        // An owner that came back with another uid is not the owner: a change can cost as much as a loss.
        object(standby, "Secret", "/registry/secrets/a/owner", "another", "");
        Cli changed = between("mirror stop", primary, standby);
        assertThat(changed.code()).isEqualTo(5);
        assertThat(changed.out()).contains("missed keys: 0", "changed keys: 1", "would delete: 1");
    }

    @Test
    void without_its_primary_a_mirror_is_stopped_only_by_force() {
        String stop = "mirror stop --deadline 1s --scope all --from " + NOWHERE + " --to " + standby.endpoint(0);
        assertThat(run(stop).code()).isEqualTo(4);
        Cli forced = run(stop + " --force");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(forced.out()).contains("Not compared: ", "No mirror default runs.");
    }

    @Test
    void a_mirror_of_another_scope_is_not_stopped_by_the_proof_of_this_one() {
        Cli other = run("mirror stop --scope prefix:/registry/configmaps/ --from " + primary.endpoint(0) + " --to "
                + standby.endpoint(0));
        assertThat(other.code()).isEqualTo(5);
        assertThat(other.err()).contains("scope all");
    }
}
