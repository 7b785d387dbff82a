package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.AcknowledgedWriter;
import io.drkit.volsync.StandInSite;
import io.drkit.volume.SwitchoverReport;
import io.drkit.workload.Claims;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** {@code drkit pvc} between two sites where VolSync is played, and real files are moved. */
class PvcCommandTest extends PvcScene {

    @Test
    void a_planned_migration_and_the_way_back_lose_nothing() {
        try (AcknowledgedWriter writer = new AcknowledgedWriter(sites, "data", "media")) {
            await().atMost(Duration.ofSeconds(30)).until(() -> writer.count() > 10);
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
            await().atMost(Duration.ofSeconds(30)).until(() -> writer.count() > before + 10);
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
    void the_example_of_the_readme_works() {
        primary.files("data").write("order", "1");
        SwitchoverReport report = ReadmeVolumesExample.protectAndMigrate(
                primary.api().kubeconfig(folder.resolve("primary.kubeconfig")),
                standby.api().kubeconfig(folder.resolve("standby.kubeconfig")),
                Claims.named(sites.namespace(), "data", "media"));
        assertThat(report.lossless()).isTrue();
        assertThat(standby.files("data").read()).containsEntry("order", "1");
    }
}
