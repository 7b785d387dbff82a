package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drkit.examples.demo.DrKitProcess;
import io.drkit.kubernetes.KubernetesSites;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What only looks, on a platform that has all that can be configured: dry runs, and whether a move could begin. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeLookTest {

    private WholePlatform platform;

    @BeforeAll
    void open(@TempDir Path folder) {
        platform = new WholePlatform(folder);
    }

    @AfterAll
    void close() {
        if (platform != null) {
            platform.close();
        }
    }

    @BeforeEach
    void firstDay() {
        platform.firstDay();
    }

    private List<MachineSite> sites() {
        return List.of(platform.primary, platform.standby);
    }

    /** All that a run could change, to the last byte and revision. */
    private SortedMap<String, String> everything() throws Exception {
        SortedMap<String, String> everything = new TreeMap<>();
        for (MachineSite site : sites()) {
            site.all()
                    .forEach(entry -> everything.put(
                            site + " " + entry.key().printable(),
                            entry.modRevision() + " " + entry.value().printable()));
            everything.put(site + " revision", Long.toString(site.revision()));
            everything.put(site + " firewall", site.firewall());
            everything.put(site + " leases", site.etcd.etcdctl("lease", "list"));
            everything.putAll(site.files());
            everything.put(site + " cluster", platform.cluster(site).own().getMasterUrl() + " " + writes(site));
        }
        everything.put("serial", Long.toString(platform.bind.serial(WholePlatform.ZONE)));
        everything.put("state", platform.state().toString());
        return everything;
    }

    private long writes(MachineSite site) {
        return KubernetesSites.writes(site == platform.primary ? KubernetesSites.primary() : KubernetesSites.standby());
    }

    /** Until those who play the clusters have done all that they have to. */
    private void awaitQuiet() {
        long[] last = {-1, -1};
        await().pollInterval(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    long[] now = {writes(platform.primary), writes(platform.standby)};
                    boolean quiet = now[0] >= 0 && now[0] == last[0] && now[1] >= 0 && now[1] == last[1];
                    System.arraycopy(now, 0, last, 0, 2);
                    return quiet;
                });
    }

    private long proved() {
        return platform.standby.all().stream()
                .filter(entry -> entry.key().printable().equals("/drkit/proof"))
                .findFirst()
                .orElseThrow()
                .modRevision();
    }

    @Test
    void a_dry_run_of_any_runbook_changes_nothing_anywhere() throws Exception {
        Files.deleteIfExists(platform.journal());
        awaitQuiet();
        SortedMap<String, String> before = everything();
        for (String runbook :
                List.of("enable", "routine-check", "preflight", "failover", "migrate", "failback", "drill")) {
            Cli dry = platform.run(runbook, "--dry-run", "--yes-all");
            // No mirror runs, and nothing has moved: these would be refused, and say so.
            boolean refused = List.of("routine-check", "preflight", "failback").contains(runbook);
            assertThat(dry.code()).as(runbook + dry.out() + dry.err()).isEqualTo(refused ? 3 : 0);
            assertThat(dry.out()).contains("Nothing was changed");
            assertThat(platform.journal()).as(runbook).doesNotExist();
        }
        assertThat(everything()).isEqualTo(before);
        // For real it notes what it found.
        long proved = proved();
        platform.run("routine-check");
        assertThat(proved()).isGreaterThan(proved);
        assertThat(platform.journal()).doesNotExist();
    }

    private DrKitProcess mirror() {
        return DrKitProcess.start(
                "mirror",
                "--from",
                platform.primary.etcd.endpoint(0),
                "--from-encryption-config",
                platform.primary.encryption.toString(),
                "--to",
                platform.standby.etcd.endpoint(0),
                "--to-encryption-config",
                platform.standby.encryption.toString());
    }

    @Test
    void preflight_is_ready_when_all_is_well_and_tells_everything_that_is_not() throws Exception {
        try (DrKitProcess mirror = mirror()) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> platform.run("preflight").code() == 0);
            Cli ready = platform.run("preflight");
            assertThat(ready.out())
                    .endsWith("Ready.\n")
                    .containsPattern("good +nodes-primary +1 nodes reached")
                    .containsPattern("good +nodes-standby +1 nodes reached")
                    .containsPattern("good +volumes +2 volumes fresh")
                    .containsPattern("good +keys-standby +7 values readable")
                    .containsPattern("good +dns +" + WholePlatform.NAME + " A 192.0.2.1");
            assertThat(mirror.isAlive()).as(mirror.log()).isTrue();
        }
        platform.standby.letTimePass();
        platform.primary.node.stop();
        platform.clusters().primary().cutApi();
        platform.bind.freeze();
        String proof = platform.standby
                .etcd
                .etcdctl("get", "/drkit/proof", "--print-value-only")
                .strip();
        Instant longAgo = Instant.now().minus(Duration.ofDays(3));
        platform.standby.etcd.etcdctl(
                "put", "/drkit/proof", proof.replaceAll("\"at\":\"[^\"]*\"", "\"at\":\"" + longAgo + "\""));
        // As it is stored when one is restored from a site with other keys.
        platform.standby.putRaw(
                "/registry/secrets/team/stolen",
                platform.primary.all().stream()
                        .filter(entry -> entry.key().printable().endsWith("/secrets/team/s0"))
                        .findFirst()
                        .orElseThrow()
                        .value());
        Cli wanting;
        try {
            wanting = platform.run("preflight");
        } finally {
            platform.bind.thaw();
            platform.clusters().primary().healApi();
            platform.primary.node.start();
        }
        assertThat(wanting.code()).as(wanting.out()).isEqualTo(3);
        assertThat(wanting.out())
                .endsWith("Not ready, for what is wanting above.\n")
                .containsPattern("wanting +nodes-primary +Nodes of primary that cannot be reached: root@"
                        + platform.primary.machine.address() + "[.] See drkit node check[.]")
                .containsPattern(
                        "wanting +mirror +No mirror default runs from primary to standby[.] Start it: drkit mirror")
                .containsPattern("wanting +proof +The two sites were last proved equal " + longAgo
                        + ", which is more than 24 h ago: see drkit routine-check[.]")
                .containsPattern("wanting +keys-standby +Of standby 1 values are unreadable and 0 misread[.]"
                        + " See drkit encryption inspect[.]")
                .containsPattern("wanting +api-primary +\\S")
                .containsPattern("wanting +dns +\\S")
                .containsPattern("good +etcd-primary")
                .containsPattern("good +keys-primary")
                .containsPattern("good +nodes-standby")
                .containsPattern("good +api-standby");
    }
}
