package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.DrException;
import io.drkit.dns.RecordType;
import io.drkit.examples.demo.DrKitProcess;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.MirrorRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The reference runbooks by the command line, on real servers. */
class RunbookCommandTest extends OnRunbookScene {

    private DrKitProcess mirror() {
        return DrKitProcess.start(
                "mirror", "--scope", "all", "--from", scene.primary.endpoint(0), "--to", scene.standby.endpoint(0));
    }

    /** Writes to the primary, one key after another, until it does not answer; keeps when each was acknowledged. */
    private Thread writer(Map<String, Instant> acknowledged) {
        Thread writer = new Thread(() -> {
            try (KeyStore store = RunbookScene.connect(scene.primary)) {
                for (int i = 0; ; i++) {
                    String key = String.format("/registry/configmaps/w/%06d", i);
                    CommitResult result = store.commit(new Transaction(
                            List.of(), List.of(Operation.put(RunbookScene.bytes(key), RunbookScene.bytes("written")))));
                    if (result instanceof CommitResult.Committed) {
                        acknowledged.put(key, Instant.now());
                    }
                }
            } catch (DrException e) {
                // The primary is gone.
            }
        });
        writer.setDaemon(true);
        writer.start();
        return writer;
    }

    private Instant mirroredAsOf() {
        try (KeyStore standby = RunbookScene.connect(scene.standby)) {
            return MirrorRecord.read(standby, "default")
                    .map(MirrorRecord::checkpoint)
                    .flatMap(Checkpoint::knownAsOf)
                    .orElse(Instant.EPOCH);
        }
    }

    private static double measured(JsonNode report, String kind, String of) {
        return StreamSupport.stream(report.path("measurements").spliterator(), false)
                .filter(each -> each.path("kind").asText().equals(kind)
                        && each.path("of").asText().equals(of))
                .findFirst()
                .orElseThrow()
                .path("seconds")
                .asDouble();
    }

    @Test
    void a_lost_primary_is_failed_over_from_and_back_to_and_what_was_lost_is_told() throws Exception {
        SortedMap<String, Instant> acknowledged = Collections.synchronizedSortedMap(new TreeMap<>());
        try (DrKitProcess mirror = mirror()) {
            Thread writer = writer(acknowledged);
            await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() > 100);
            Instant enough = Instant.now();
            await().atMost(Duration.ofSeconds(60)).until(() -> mirroredAsOf().isAfter(enough));
            scene.primary.kill();
            writer.join();

            Cli failover = scene.run("failover", scene.etcdOnly(), "--yes-all", "--output", "json");
            assertThat(failover.code()).as(failover.err()).isZero();
            JsonNode report = failover.json();
            assertThat(report.path("outcome").asText()).isEqualTo("done");
            assertThat(measured(report, "RTO", "platform")).isPositive();
            assertThat(report.path("objectives").path("rto").path("met").booleanValue())
                    .isTrue();
            assertThat(report.path("objectives").path("rpo").path("met").booleanValue())
                    .isTrue();
            assertThat(step(report, "dns-switch").path("state").asText()).isEqualTo("skipped");
            assertThat(step(report, "evidence").path("detail").asText()).contains("silent: etcd of primary");

            Instant whole = Instant.parse(report.path("began").asText())
                    .minusMillis(Math.round(measured(report, "RPO", "etcd") * 1000));
            List<String> old = acknowledged.entrySet().stream()
                    .filter(write -> write.getValue().isBefore(whole))
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(old).hasSizeGreaterThan(100);
            assertThat(RunbookScene.registry(scene.standby)).containsKeys(old.toArray(String[]::new));
            assertThat(RunbookScene.role(scene.standby)).isEqualTo("PRIMARY in epoch 2");
            assertThat(mirror.isEndedWithin(30_000)).as(mirror.log()).isTrue();
        }
        RunbookScene.put(scene.standby, "/registry/configmaps/a/new", "since the failover");
        scene.primary.start();
        RunbookScene.put(scene.primary, "/registry/configmaps/a/late", "nobody had it");
        RunbookScene.put(scene.standby, "/registry/configmaps/a/1", "changed since the failover");

        Cli failback = scene.run("failback", scene.etcdOnly(), "--yes-all", "--output", "json");
        assertThat(failback.code()).as(failback.err()).isZero();
        assertThat(step(failback.json(), "lost-writes").path("detail").asText())
                .contains("/registry/configmaps/a/late");
        assertThat(measured(failback.json(), "RPO", "etcd")).isZero();
        assertThat(RunbookScene.role(scene.primary)).isEqualTo("PRIMARY in epoch 3");
        assertThat(RunbookScene.role(scene.standby)).isEqualTo("STANDBY in epoch 3");
        assertThat(RunbookScene.registry(scene.primary))
                .containsEntry("/registry/configmaps/a/new", "since the failover")
                .containsEntry("/registry/configmaps/a/1", "changed since the failover")
                .isEqualTo(RunbookScene.registry(scene.standby));
        assertThat(RunbookScene.content(scene.primary, key -> key.startsWith("/drkit/quarantine/")))
                .containsValue("nobody had it");
    }

    @Test
    void names_are_switched_and_verified_and_the_page_is_written() throws Exception {
        Path page = folder.resolve("report.html");
        Cli done = scene.run("migrate", scene.withNames(), "--yes", "begin", "--html", page.toString());
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).contains("migrate: done", "RPO of etcd: 0.0 s", "Objective RTO 30 min 0 s: met");
        assertThat(scene.leads()).containsExactly("198.51.100.1");
        assertThat(Files.readString(page))
                .startsWith("<!DOCTYPE html>")
                .contains("dns-verify", "Done; RPO 5 min 0 s met; RTO 30 min 0 s met.");
        assertThat(Files.readString(scene.journal())).doesNotContain("c2VjcmV0");

        Cli back = scene.run("failback", scene.withNames(), "--yes", "demote,begin");
        assertThat(back.code()).as(back.err()).isZero();
        assertThat(scene.leads()).containsExactly("192.0.2.1");
        assertThat(RunbookScene.role(scene.primary)).startsWith("PRIMARY");
    }

    @Test
    void what_is_not_confirmed_is_taken_back_and_leaves_both_sites_as_they_were() {
        SortedMap<String, String> primary = RunbookScene.everything(scene.primary);
        SortedMap<String, String> standby = aside(RunbookScene.content(scene.standby, key -> true));
        Cli undone = scene.run("failover", scene.withNames(), "--yes", "primary-answers", "--output", "json");
        assertThat(undone.code()).as(undone.err()).isEqualTo(3);
        assertThat(undone.json().path("outcome").asText()).isEqualTo("undone");
        assertThat(undone.json().path("why").asText()).contains("promote", "Not confirmed");
        assertThat(step(undone.json(), "stop-mirror").path("state").asText()).isEqualTo("undone");
        assertThat(RunbookScene.everything(scene.primary)).isEqualTo(primary);
        assertThat(aside(RunbookScene.content(scene.standby, key -> true))).isEqualTo(standby);
        assertThat(scene.leads()).containsExactly("192.0.2.1");
    }

    /** Without what the run is kept in. */
    private static SortedMap<String, String> aside(SortedMap<String, String> content) {
        content.keySet().removeIf(key -> key.startsWith("/drkit/runbook/"));
        return content;
    }

    @Test
    void a_primary_that_answers_is_failed_over_from_only_when_that_is_confirmed() {
        Cli refused = scene.run("failover", scene.etcdOnly(), "--yes", "promote");
        assertThat(refused.code()).as(refused.err()).isEqualTo(3);
        assertThat(refused.out()).contains("A part of the primary answers");
        assertThat(RunbookScene.role(scene.standby)).startsWith("STANDBY");
    }

    @Test
    void a_dry_run_of_any_runbook_changes_nothing() {
        SortedMap<String, String> primary = RunbookScene.everything(scene.primary);
        SortedMap<String, String> standby = RunbookScene.everything(scene.standby);
        long serial = scene.bind.serial(io.drkit.dns.DnsName.of("run.example"));
        for (String ready : List.of("enable", "failover", "migrate", "drill")) {
            Cli dry = scene.run(ready, scene.withNames(), "--dry-run", "--yes-all");
            assertThat(dry.code()).as(ready + dry.out() + dry.err()).isZero();
            assertThat(dry.out()).contains("Nothing was changed");
        }
        Map<String, String> refused = Map.of(
                "routine-check", "[REFUSED: No mirror default runs",
                "preflight", "[REFUSED: No mirror default runs",
                "failback", "[REFUSED: standby is STANDBY");
        refused.forEach((runbook, why) -> {
            Cli dry = scene.run(runbook, scene.withNames(), "--dry-run", "--yes-all");
            assertThat(dry.code()).as(runbook + dry.out() + dry.err()).isEqualTo(3);
            assertThat(dry.out()).contains(why, "It would be refused as it is. Nothing was changed.");
        });
        assertThat(RunbookScene.everything(scene.primary)).isEqualTo(primary);
        assertThat(RunbookScene.everything(scene.standby)).isEqualTo(standby);
        assertThat(scene.bind.serial(io.drkit.dns.DnsName.of("run.example"))).isEqualTo(serial);
        assertThat(scene.journal()).doesNotExist();
    }

    @Test
    void an_old_primary_that_comes_back_half_alive_reaches_the_new_one_no_more() throws Exception {
        try (DrKitProcess mirror = mirror()) {
            RunbookScene.put(scene.primary, "/registry/configmaps/a/before", "mirrored");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> RunbookScene.registry(scene.standby).containsKey("/registry/configmaps/a/before"));
            scene.primary.freeze();
            Cli failover;
            try {
                failover = scene.run("failover", scene.etcdOnly(), "--yes-all", "--output", "json");
            } finally {
                scene.primary.thaw();
            }
            assertThat(failover.code()).as(failover.err()).isZero();
            assertThat(step(failover.json(), "fence").path("detail").asText()).contains("only its role holds it");

            RunbookScene.put(scene.primary, "/registry/configmaps/a/late", "half alive");
            assertThat(mirror.isEndedWithin(60_000)).as(mirror.log()).isTrue();
        }
        Cli again = Cli.drkit(
                "mirror",
                "--once",
                "--scope",
                "all",
                "--from",
                scene.primary.endpoint(0),
                "--to",
                scene.standby.endpoint(0));
        assertThat(again.code()).isEqualTo(5);
        assertThat(RunbookScene.registry(scene.standby))
                .containsKey("/registry/configmaps/a/before")
                .doesNotContainKey("/registry/configmaps/a/late");
    }

    @Test
    void preflight_and_routine_check_tell_what_is_wanting_and_what_is_not_configured() throws Exception {
        Path page = folder.resolve("preflight.html");
        Cli wanting = scene.run("preflight", scene.withNames(), "--html", page.toString());
        assertThat(wanting.code()).isEqualTo(3);
        assertThat(wanting.out())
                .contains(
                        "No mirror default runs",
                        "never proved equal",
                        "no nodes of primary are configured",
                        "Not ready");
        assertThat(Files.readString(page)).contains("<b>Not ready.</b>").doesNotContain("undone", "as it was");
        try (DrKitProcess mirror = mirror()) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> scene.run("routine-check", scene.withNames()).code() == 0);
            Cli ready = scene.run("preflight", scene.withNames(), "--output", "json");
            assertThat(ready.code()).as(ready.out()).isZero();
            assertThat(ready.json().path("ready").booleanValue()).isTrue();
            assertThat(step(ready.json(), "etcd-standby").path("detail").asText())
                    .isEqualTo("STANDBY in epoch 1");
            assertThat(step(ready.json(), "dns").path("detail").asText()).contains("192.0.2.1");
            assertThat(mirror.isAlive()).isTrue();
        }
        assertThat(RunbookScene.content(scene.standby, key -> key.startsWith("/drkit/runbook/")))
                .isEmpty();
    }

    @Test
    void what_a_half_alive_primary_writes_until_the_roles_change_counts_as_lost() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (int i = 0; !over.get(); i++) {
                RunbookScene.put(scene.primary, "/registry/configmaps/a/late-" + i, "nobody has it");
            }
        });
        writer.start();
        Cli failover;
        try {
            failover = scene.run("failover", scene.etcdOnly(), "--yes-all", "--output", "json");
        } finally {
            over.set(true);
            writer.join();
        }
        assertThat(failover.code()).as(failover.err()).isZero();
        assertThat(step(failover.json(), "lost-writes").path("detail").asText())
                .contains("/registry/configmaps/a/late-0");
        // Nothing was mirrored since the first day, and the last write came as the roles changed.
        Instant began = Instant.parse(failover.json().path("began").asText());
        double promoted = Duration.between(
                                began,
                                Instant.parse(step(failover.json(), "promote")
                                        .path("began")
                                        .asText()))
                        .toMillis()
                / 1e3;
        assertThat(measured(failover.json(), "RPO", "etcd")).isGreaterThan(promoted);
    }

    @Test
    void a_primary_that_refuses_our_password_is_not_lost() {
        scene.primary.etcdctl("user", "add", "root", "--new-user-password=secret");
        scene.primary.etcdctl("auth", "enable");
        try {
            Cli refused = scene.run("failover", scene.etcdOnly(), "--yes", "promote");
            assertThat(refused.code()).as(refused.out()).isEqualTo(3);
            assertThat(refused.out())
                    .contains("answers: etcd of primary", "it takes connections, but", "Not confirmed");
        } finally {
            scene.primary.etcdctl("--user=root:secret", "auth", "disable");
            scene.primary.etcdctl("user", "delete", "root");
        }
        assertThat(RunbookScene.role(scene.standby)).startsWith("STANDBY");
    }

    @Test
    void a_site_where_the_platform_has_moved_can_be_lost_too() {
        assertThat(scene.run("migrate", scene.withNames(), "--yes-all").code()).isZero();
        scene.standby.kill();
        try {
            String[] way = {"--from", "standby", "--to", "primary", "--yes-all"};
            Cli over = scene.run("failover", scene.withNames(), way);
            assertThat(over.code()).as(over.out() + over.err()).isZero();
        } finally {
            scene.standby.start();
        }
        assertThat(RunbookScene.role(scene.primary)).isEqualTo("PRIMARY in epoch 3");
        assertThat(scene.leads()).containsExactly("192.0.2.1");
        assertThat(scene.run("drill", scene.withNames(), "--from", "primary", "--to", "primary")
                        .code())
                .isEqualTo(2);
    }

    @Test
    void enable_brings_a_fresh_standby_level() {
        scene.standby.etcdctl("del", "", "--prefix");
        Cli enabled = scene.run("enable", scene.withNames());
        assertThat(enabled.code()).as(enabled.out() + enabled.err()).isZero();
        assertThat(RunbookScene.registry(scene.standby)).hasSize(5).isEqualTo(RunbookScene.registry(scene.primary));
        assertThat(RunbookScene.content(scene.standby, key -> key.equals("/drkit/proof")))
                .hasSize(1);
    }

    @Test
    void a_drill_touches_only_its_own_names() {
        SortedMap<String, String> primary = RunbookScene.everything(scene.primary);
        SortedMap<String, String> standby = aside(RunbookScene.content(scene.standby, key -> true));
        Cli drill = scene.run("drill", scene.withNames(), "--output", "json");
        assertThat(drill.code()).as(drill.err()).isZero();
        assertThat(step(drill.json(), "dns-verify").path("detail").asText()).contains("all 1 who were asked see it");
        assertThat(measured(drill.json(), "RTO", "drill")).isPositive();
        assertThat(scene.bind.told(RunbookScene.DRILL, RecordType.A)).isEmpty();
        assertThat(scene.leads()).containsExactly("192.0.2.1");
        assertThat(RunbookScene.everything(scene.primary)).isEqualTo(primary);
        assertThat(aside(RunbookScene.content(scene.standby, key -> true))).isEqualTo(standby);
    }

    @Test
    void what_is_wrong_with_the_configuration_is_told() throws Exception {
        Path config = scene.withNames();
        String good = Files.readString(config);
        Files.writeString(config, good.replace("scope: all", "scope: all\n  colour: red"));
        Cli field = scene.run("failover", config);
        assertThat(field.code()).isEqualTo(2);
        assertThat(field.err()).contains("colour", "objectives");
        Files.writeString(config, good.replace("drill.run.example", "platform.run.example"));
        Cli live = scene.run("drill", config);
        assertThat(live.code()).isEqualTo(2);
        assertThat(live.err()).contains("none of dns.names");
    }
}
