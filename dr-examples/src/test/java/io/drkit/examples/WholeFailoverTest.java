package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.examples.demo.DrKitProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A failover of a platform that has all that can be configured, by OpenSSH and with real firewalls; and what an old primary can do that comes back. */
class WholeFailoverTest {

    private static final List<Integer> PORTS = List.of(2379, 6443);

    @TempDir
    Path folder;

    private WholePlatform platform;
    private MachineSite primary;
    private MachineSite standby;

    @BeforeEach
    void open() {
        platform = new WholePlatform(folder);
        platform.firstDay();
        primary = platform.primary;
        standby = platform.standby;
    }

    @AfterEach
    void close() {
        if (platform != null) {
            platform.close();
        }
    }

    private static boolean isReached(MachineSite site, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(site.machine.address(), port), 2_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static JsonNode step(Cli run, String name) {
        return StreamSupport.stream(run.json().path("steps").spliterator(), false)
                .filter(each -> each.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String[] mirror(String... more) {
        return Stream.concat(
                        Stream.of(
                                "mirror",
                                "--from",
                                primary.etcd.endpoint(0),
                                "--from-encryption-config",
                                primary.encryption.toString(),
                                "--to",
                                standby.etcd.endpoint(0),
                                "--to-encryption-config",
                                standby.encryption.toString(),
                                "--deadline",
                                "2s"),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    /** A mirror whose process runs on the old primary's own machine, where its fence is not in the way; returns its exit code. */
    private int mirrorOnTheOldPrimary() throws IOException, InterruptedException {
        List<String> command = primary.machine.inside(Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                DrKit.class.getName()),
                        Stream.of(mirror("--once")))
                .toList());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).contains("PRIMARY");
        return process.waitFor();
    }

    @Test
    void an_old_primary_that_comes_back_half_alive_is_fenced_on_its_node_and_reaches_nobody() throws Exception {
        PORTS.forEach(
                port -> assertThat(isReached(primary, port)).as("%d", port).isTrue());
        Path page = folder.resolve("report.html");
        Cli failover;
        String[] running = mirror();
        try (DrKitProcess mirror =
                DrKitProcess.start(running[0], Stream.of(running).skip(1).toArray(String[]::new))) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> standby.all().stream()
                            .anyMatch(entry -> entry.key().printable().equals("/drkit/mirror/lock")));
            // It takes connections, and answers nothing.
            primary.etcd.freeze();
            platform.clusters().primary().goDown();
            failover = platform.run("failover", "--yes-all", "--output", "json", "--html", page.toString());
            primary.etcd.thaw();
            assertThat(failover.code()).as(failover.err()).isZero();
            assertThat(mirror.isEndedWithin(60_000)).as(mirror.log()).isTrue();
        }
        platform.clusters().primary().comeBack();

        String node = primary.node.user() + "@" + primary.node.host();
        String looker = standby.node.user() + "@" + standby.node.host();
        assertThat(step(failover, "evidence").path("detail").asText())
                .contains("answers: etcd of primary from this machine (it takes connections, but: ")
                .contains(primary.machine.address() + ":2379 from " + looker)
                .contains("silent: ");
        String fenced = "ports [2379, 6443] closed on " + node;
        assertThat(step(failover, "fence").path("detail").asText()).isEqualTo(fenced);
        assertThat(failover.err()).contains("fence: done: " + fenced);
        assertThat(Files.readString(page)).contains(fenced);
        assertThat(platform.scriptRuns()).containsExactly("ran for failover");
        assertThat(platform.restartedFor(standby))
                .contains("run of " + failover.json().path("began").asText());
        assertThat(platform.leads()).containsExactly("198.51.100.1");
        assertThat(platform.state()).containsEntry("standby replicas", "2");

        for (int port : PORTS) {
            assertThat(isReached(primary, port)).as("from here to %d", port).isFalse();
            assertThat(standby.connects(primary, port))
                    .as("from the standby to %d", port)
                    .isFalse();
            assertThat(primary.connects(primary, port))
                    .as("from itself to %d", port)
                    .isTrue();
            assertThat(isReached(standby, port))
                    .as("to the new primary's %d", port)
                    .isTrue();
        }
        primary.put("configmaps", "late", "half alive");
        primary.put("secrets", "late", "half alive too");
        assertThat(Cli.drkit(mirror("--once")).code()).isEqualTo(4);
        assertThat(mirrorOnTheOldPrimary()).isEqualTo(5);
        assertThat(standby.registry().keySet()).noneMatch(key -> key.endsWith("/late"));

        standby.put("secrets", "new", "since the failover");
        Cli failback = platform.run("failback", "--yes-all", "--output", "json");
        assertThat(failback.code()).as(failback.err()).isZero();
        assertThat(step(failback, "open-ports").path("detail").asText())
                .isEqualTo("ports [2379, 6443] opened on " + node);
        assertThat(step(failback, "lost-writes").path("detail").asText())
                .contains("2 keys", "/registry/configmaps/team/late", "/registry/secrets/team/late");
        PORTS.forEach(
                port -> assertThat(isReached(primary, port)).as("%d", port).isTrue());
        assertThat(primary.quarantine())
                .hasEntrySatisfying(
                        "/registry/configmaps/team/late",
                        late -> assertThat(late).contains("half alive"))
                .hasEntrySatisfying(
                        "/registry/secrets/team/late", late -> assertThat(late).contains("half alive too"));
        assertThat(primary.registry())
                .containsKey("/registry/secrets/team/new")
                .doesNotContainKeys("/registry/configmaps/team/late", "/registry/secrets/team/late");
        assertThat(platform.leads()).containsExactly("192.0.2.1");
        assertThat(platform.state()).containsEntry("primary replicas", "2").containsEntry("standby replicas", "0");
    }

    @Test
    void a_node_that_does_not_answer_holds_no_failover_up_and_is_told_to_be_open() throws Exception {
        primary.machine.cut();
        platform.clusters().primary().goDown();
        Path page = folder.resolve("report.html");
        Cli failover = platform.run("failover", "--yes-all", "--html", page.toString());
        primary.machine.heal();
        platform.clusters().primary().comeBack();
        assertThat(failover.code()).as(failover.err()).isZero();
        String node = primary.node.user() + "@" + primary.node.host();
        String open = "ports [2379, 6443] closed on no node; not on " + node;
        assertThat(failover.out()).contains("failover: done", open);
        assertThat(Files.readString(page)).contains(open);
        assertThat(failover.err())
                .contains("silent: ")
                .contains(primary.machine.address() + ":2379 from " + standby.node.user() + "@" + standby.node.host());
        PORTS.forEach(
                port -> assertThat(isReached(primary, port)).as("%d", port).isTrue());

        // Its role holds it all the same.
        primary.put("configmaps", "late", "nobody shall have it");
        assertThat(Cli.drkit(mirror("--once")).code()).isEqualTo(5);
        assertThat(standby.registry()).doesNotContainKey("/registry/configmaps/team/late");
        Cli failback = platform.run("failback", "--yes-all");
        assertThat(failback.code()).as(failback.err()).isZero();
        assertThat(primary.quarantine()).containsKey("/registry/configmaps/team/late");
    }
}
