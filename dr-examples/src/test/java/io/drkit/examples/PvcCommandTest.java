package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.AcknowledgedWriter;
import io.drkit.volsync.StandInSite;
import io.drkit.volsync.TwoSites;
import io.drkit.volume.SwitchoverReport;
import io.drkit.workload.Claims;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** {@code drkit pvc} between two sites where VolSync is played, and real files are moved. */
class PvcCommandTest {

    private final TwoSites sites = TwoSites.start();
    private final StandInSite primary = sites.primary();
    private final StandInSite standby = sites.standby();

    @TempDir
    Path folder;

    @BeforeEach
    void shop() throws IOException {
        for (String claim : List.of("data", "media")) {
            primary.namespace().create(Manifests.claim(claim, "app: shop", "app.kubernetes.io/instance: shop-1"));
        }
        primary.namespace().create(Manifests.deployment("shop", 2, "data", "media"));
        // As the mirror of the control plane brings it: nobody has started it there.
        standby.namespace().create(Manifests.deployment("shop", 0, "data", "media"));
        configure("");
    }

    @AfterEach
    void close() {
        sites.close();
    }

    @Test
    void a_planned_migration_and_the_way_back_lose_nothing() {
        try (AcknowledgedWriter writer = new AcknowledgedWriter(sites, "data", "media")) {
            await().until(() -> writer.count() > 10);
            Cli protectedNow = pvc("protect", "data", "media");
            assertThat(protectedNow.code()).as(protectedNow.err()).isZero();
            assertThat(protectedNow.out()).contains("2 claims:", "CLAIM", "data", "media");
            assertThat(protectedNow.err()).contains("protecting: 0 of 2 claims");

            Cli synced = pvc("sync", "data", "media");
            assertThat(synced.code()).as(synced.err()).isZero();
            assertThat(synced.out()).contains("data: as of 2", "in snapshot", "2 synced to standby.");

            Cli status = pvc("status", "data", "media");
            assertThat(status.code()).as(status.out()).isZero();
            assertThat(status.out()).contains("2 claims: 2 idle", "LAG", "THROUGHPUT", "ago");

            Cli migrated = pvc("migrate", "data", "media");
            assertThat(migrated.code()).as(migrated.err()).isZero();
            assertThat(migrated.out())
                    .contains(
                            "Done: migrate from primary to standby of 2 claims",
                            "RPO: nothing was lost",
                            "RTO: ",
                            "Started at standby: Deployment shop (2).");
            assertThat(migrated.err()).contains("stopping the application at primary", "final sync: 0 of 2 claims");
            assertThat(primary.namespace().replicas("Deployment", "shop")).isZero();
            assertThat(writer.missingAt(standby)).isEmpty();

            assertThat(pvc("status", "data", "media").out()).contains("2 switched", "--from standby --to primary");
            assertThat(pvc("status", "data", "media", "--from", "standby").out())
                    .doesNotContain("switched", "unprotected");

            int before = writer.count();
            await().until(() -> writer.count() > before + 10);
            Cli back = pvc("failback", "data", "media", "--output", "json");
            assertThat(back.code()).as(back.out()).isZero();
            JsonNode report = back.json();
            assertThat(report.path("did").asText()).isEqualTo("failback");
            assertThat(report.path("from").asText()).isEqualTo("standby");
            assertThat(report.path("lossless").booleanValue()).isTrue();
            assertThat(report.path("rpoSeconds").longValue()).isZero();
            assertThat(report.path("started").path("Deployment shop").intValue())
                    .isEqualTo(2);
            assertThat(writer.missingAt(primary)).isEmpty();
            assertThat(pvc("status", "data", "media").code()).isZero();
        }
    }

    @Test
    void a_failover_tells_how_old_the_data_is_while_the_source_is_gone() {
        primary.files("data").write("order", "1");
        assertThat(pvc("protect", "--selector", "app=shop").code()).isZero();
        Cli synced = pvc("sync", "--selector", "app=shop");
        assertThat(synced.code()).as(synced.err()).isZero();
        primary.files("data").write("late", "never synced");
        primary.goDown();

        Cli status = pvc("status", "--selector", "app=shop");
        assertThat(status.code()).isEqualTo(4);
        assertThat(status.out()).contains("2 claims: 2 unknown", "data: Kubernetes at");

        Cli sync = pvc("sync", "data");
        assertThat(sync.code()).isEqualTo(4);
        assertThat(sync.err().lines().filter(line -> line.startsWith("drkit: ")))
                .hasSize(1);

        Cli looked = pvc("failover", "--selector", "app=shop", "--dry-run");
        assertThat(looked.code()).as(looked.out() + looked.err()).isZero();
        assertThat(looked.out())
                .contains(
                        "Nothing was changed",
                        "RPO as of now: ",
                        " s at most",
                        "Would start at standby: Deployment shop (2)");
        assertThat(standby.namespace().replicas("Deployment", "shop")).isZero();

        Cli over = pvc("failover", "--selector", "app=shop", "--output", "json");
        assertThat(over.code()).as(over.out()).isZero();
        JsonNode report = over.json();
        assertThat(report.path("lossless").booleanValue()).isFalse();
        assertThat(report.path("rpoSeconds").longValue()).isBetween(0L, 300L);
        assertThat(report.path("claims")).hasSize(2);
        assertThat(report.path("claims").get(0).path("asOf").asText()).startsWith("20");
        assertThat(standby.namespace().replicas("Deployment", "shop")).isEqualTo(2);
        assertThat(standby.files("data").read()).containsEntry("order", "1").doesNotContainKey("late");
    }

    @Test
    void an_rpo_that_nobody_recorded_is_said_to_be_unknown_and_record_makes_it_known() {
        assertThat(pvc("protect", "data", "--schedule", "*/5 * * * *").code()).isZero();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !row(pvc("status", "data", "--output", "json"))
                        .path("recoveryPoint")
                        .path("snapshot")
                        .isNull());
        JsonNode before = row(pvc("status", "data", "--output", "json"));
        assertThat(before.path("lagSeconds").isNull()).isTrue();
        assertThat(before.path("nextSync").asText()).startsWith("20");
        assertThat(pvc("status", "data").out()).contains("unknown");
        assertThat(pvc("failover", "data", "--dry-run").out()).contains("RPO as of now: unknown.");

        Cli recorded = pvc("record", "data");
        assertThat(recorded.code()).as(recorded.err()).isZero();
        assertThat(recorded.out()).contains("1 recorded at standby.");
        // The next sync proves that the one before has been kept.
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            primary.scheduleIsDue("rs-data");
            return pvc("record", "data").out().contains("data: as of 20");
        });
        assertThat(row(pvc("status", "data", "--output", "json"))
                        .path("lagSeconds")
                        .isNumber())
                .isTrue();
    }

    @Test
    void recording_for_ever_tells_of_failures_and_goes_on_until_it_is_stopped() throws InterruptedException {
        assertThat(pvc("protect", "data").code()).isZero();
        assertThat(pvc("sync", "data").code()).isZero();
        Running recorder = Running.start(arguments("record", "data", "--every", "200ms"));
        await().atMost(Duration.ofSeconds(20)).until(() -> recorder.out().contains("data: as of"));
        standby.cutApi();
        await().atMost(Duration.ofSeconds(20)).until(() -> recorder.err().contains("Again in "));
        standby.healApi();
        assertThat(pvc("sync", "data").code()).isZero();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> recorder.out().lines().count() >= 2);
        assertThat(recorder.stop()).isZero();
    }

    @Test
    void watching_prints_one_table_after_another_until_it_is_stopped() throws InterruptedException {
        Running watcher = Running.start(arguments("status", "data", "--watch", "100ms"));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> watcher.out().split("1 claim: 1 unprotected", -1).length > 2);
        assertThat(watcher.stop()).isZero();
        assertThat(watcher.out()).doesNotContain("\u001b");
        Cli both = pvc("status", "data", "--watch", "--output", "json");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.json().path("error").asText()).contains("one document");
    }

    @Test
    void a_dry_run_changes_nothing_and_says_why_it_would_be_refused() {
        primary.namespace().create(Manifests.daemonSet("agent", "data"));
        Cli refused = pvc("migrate", "data", "media", "--dry-run", "--output", "json");
        assertThat(refused.code()).isEqualTo(5);
        assertThat(refused.json().path("possible").booleanValue()).isFalse();
        assertThat(refused.json().path("obstacles").toString()).contains("agent", "media", "protect it first");
        primary.own()
                .apps()
                .daemonSets()
                .inNamespace(sites.namespace())
                .withName("agent")
                .delete();

        assertThat(pvc("protect", "data", "media").code()).isZero();
        assertThat(pvc("sync", "data", "media").code()).isZero();
        List<String> writes = new CopyOnWriteArrayList<>();
        for (StandInSite site : List.of(primary, standby)) {
            site.api().rule((number, method, path) -> {
                if (!method.equals("GET")) {
                    writes.add(method + " " + path);
                }
                return Fate.PASS;
            });
        }
        Cli migrate = pvc("migrate", "data", "media", "--dry-run");
        assertThat(migrate.code()).as(migrate.out()).isZero();
        assertThat(migrate.out())
                .contains(
                        "Would migrate from primary to standby",
                        "Would stop: Deployment shop (2). Would start at standby: Deployment shop (2).",
                        "nothing would be lost. Were primary lost now: ");
        assertThat(pvc("failover", "data", "media", "--dry-run").code()).isZero();
        Cli failback = pvc("failback", "data", "media", "--dry-run");
        assertThat(failback.code()).as(failback.out()).isZero();
        assertThat(failback.out()).contains("Would fail back from standby to primary", "Would stop: nothing.");
        assertThat(writes).isEmpty();
    }

    @Test
    void what_is_wanting_has_exit_code_three_and_what_is_refused_five() {
        assertThat(pvc("status", "data").code()).isEqualTo(3);
        Cli unprotected = pvc("migrate", "data", "media");
        assertThat(unprotected.code()).isEqualTo(5);
        assertThat(unprotected.err()).contains("Protect it first");
        Cli misspelt = pvc("protect", "date");
        assertThat(misspelt.code()).isEqualTo(5);
        assertThat(misspelt.err()).contains("date");

        assertThat(pvc("protect", "data").code()).isZero();
        sites.failNextMovers(100, "rsync: connection refused");
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            pvc("sync", "data", "--timeout", "1s");
            return pvc("status", "data").code() == 3;
        });
        assertThat(pvc("status", "data").out()).contains("failing", "connection refused");
    }

    @Test
    void an_application_is_its_label_and_unprotect_leaves_the_claims() {
        primary.files("data").write("order", "1");
        assertThat(pvc("protect", "--app", "shop-1").out()).contains("data", "media");
        assertThat(pvc("sync", "--app", "shop-1").code()).isZero();
        Cli ended = pvc("unprotect", "--app", "shop-1");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("Not replicated any more");
        assertThat(standby.files("data").read()).containsEntry("order", "1");
        assertThat(pvc("status", "data").out()).contains("unprotected");
        Cli nobody = pvc("protect", "--app", "shop");
        assertThat(nobody.code()).isEqualTo(5);
        assertThat(nobody.err()).contains("app.kubernetes.io/instance=shop");
    }

    @Test
    void the_other_way_round_when_it_is_asked() {
        standby.namespace().create(Manifests.claim("other"));
        Cli reverse = pvc("protect", "other", "--from", "standby");
        assertThat(reverse.code()).as(reverse.err()).isZero();
        assertThat(pvc("sync", "other", "--from", "standby", "--to", "primary").out())
                .contains("1 synced to primary.");
        Cli same = pvc("sync", "other", "--from", "standby", "--to", "standby");
        assertThat(same.code()).isEqualTo(2);
    }

    @Test
    void what_is_wrong_with_the_configuration_is_told_in_one_sentence() throws IOException {
        assertUsage("--config", drkit("pvc", "status", "data", "--namespace", "a"));
        assertUsage("Which claims?", pvc("status"));
        assertUsage("Which claims?", pvc("status", "data", "--app", "shop-1"));
        assertUsage("No cluster 'nowhere' in the configuration", pvc("status", "data", "--to", "nowhere"));
        assertUsage("no name in Kubernetes", pvc("status", "Data"));
        assertUsage("is not five fields of cron", pvc("protect", "data", "--schedule", "every day"));
        assertUsage("none of shrunken-source", pvc("sync", "data", "--accept", "everything"));
        configure("  colour: red\n");
        assertUsage("unknown field 'colour'", pvc("status", "data"));
        configure("  copy-method: fax\n");
        assertUsage("'fax', but must be one of [snapshot, clone, direct]", pvc("status", "data"));
        configure("  mover-security-context: {runAsUsr: 1}\n");
        assertUsage("unknown field 'runAsUsr'", pvc("status", "data"));
        configure("  sites: {west: {storage-class: fast}}\n");
        assertUsage("volumes.sites has west", pvc("status", "data"));
        Files.writeString(config(), "sites: {primary: {endpoints: 'http://127.0.0.1:1'}}\n");
        assertUsage("names no clusters", pvc("status", "data"));
        Files.writeString(config(), "clusters: {primary: {kubeconfig: none}, standby: {kubeconfig: none}}\n");
        assertUsage("does not exist or cannot be read", pvc("status", "data"));
    }

    @Test
    void what_the_configuration_says_reaches_the_sites() throws IOException {
        configure("""
                  schedule: "*/15 * * * *"
                  mover-security-context: {run-as-user: 1000, fs-group: 2000, fs-group-change-policy: OnRootMismatch}
                  sites:
                    standby: {service-type: node-port}
                """);
        Cli made = pvc("protect", "data");
        assertThat(made.code()).as(made.err()).isZero();
        String receiver = standby.own()
                .genericKubernetesResources("volsync.backube/v1alpha1", "ReplicationDestination")
                .inNamespace(sites.namespace())
                .withName("rd-data")
                .require()
                .toString();
        assertThat(receiver).contains("NodePort", "1000", "2000", "OnRootMismatch");
        assertThat(row(pvc("status", "data", "--output", "json"))
                        .path("nextSync")
                        .isMissingNode())
                .isFalse();
    }

    @Test
    void the_shared_key_is_shown_nowhere() {
        ListAppender<ILoggingEvent> logs = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Logger ours = (Logger) LoggerFactory.getLogger("io.drkit");
        Level before = ours.getLevel();
        logs.start();
        root.addAppender(logs);
        try {
            StringBuilder said = new StringBuilder();
            for (List<String> command : List.of(
                    List.of("protect", "data", "--verbose"),
                    List.of("sync", "data", "--verbose"),
                    List.of("status", "data", "--verbose", "--output", "json"),
                    List.of("migrate", "data", "media", "--verbose"),
                    List.of("record", "data", "--verbose"))) {
                Cli cli = pvc(command.toArray(String[]::new));
                said.append(cli.out()).append(cli.err());
            }
            said.append(
                    logs.list.stream().map(ILoggingEvent::getFormattedMessage).collect(Collectors.joining("\n")));
            String key = new String(
                    Base64.getDecoder()
                            .decode(primary.own()
                                    .secrets()
                                    .inNamespace(sites.namespace())
                                    .withName("drkit-psk-data")
                                    .require()
                                    .getData()
                                    .get("psk.txt")),
                    StandardCharsets.UTF_8);
            assertThat(logs.list).isNotEmpty();
            assertThat(said.toString()).doesNotContain(key, key.substring(key.indexOf(':') + 1));
        } finally {
            root.detachAppender(logs);
            ours.setLevel(before);
        }
    }

    @Test
    void the_example_of_the_readme_works() {
        primary.files("data").write("order", "1");
        SwitchoverReport report = ReadmeVolumesExample.protectAndMigrate(
                primary.api().kubeconfig(folder.resolve("primary.kubeconfig")),
                standby.api().kubeconfig(folder.resolve("standby.kubeconfig")),
                Claims.named(sites.namespace(), "data", "media"));
        assertThat(report.lossless()).isTrue();
        assertThat(standby.files("data").read()).containsEntry("order", "1");
    }

    private static void assertUsage(String expected, Cli cli) {
        assertThat(cli.code()).as(cli.err()).isEqualTo(2);
        assertThat(cli.err()).contains(expected);
        assertThat(cli.err().lines().filter(line -> line.startsWith("drkit: "))).hasSize(1);
    }

    private static JsonNode row(Cli cli) {
        return cli.json().path("claims").get(0);
    }

    private Path config() {
        return folder.resolve("drkit.yaml");
    }

    /** @param more lines of the part volumes */
    private void configure(String more) throws IOException {
        primary.api().kubeconfig(folder.resolve("primary.kubeconfig"));
        standby.api().kubeconfig(folder.resolve("standby.kubeconfig"));
        Files.writeString(config(), """
                clusters:
                  primary: {kubeconfig: primary.kubeconfig}
                  standby: {kubeconfig: standby.kubeconfig, context: faulty}
                volumes:
                  timeouts: {set-up: 20s, sync: 30s, quiesce: 30s, poll: 10ms}
                """ + more);
    }

    private Cli pvc(String... arguments) {
        return drkit(arguments(arguments));
    }

    private String[] arguments(String... arguments) {
        return Stream.of(
                        Stream.of("pvc"),
                        Stream.of(arguments),
                        Stream.of("--config", config().toString()),
                        Stream.of(arguments).anyMatch("--namespace"::equals)
                                ? Stream.<String>of()
                                : Stream.of("--namespace", sites.namespace()))
                .flatMap(part -> part)
                .toArray(String[]::new);
    }
}
