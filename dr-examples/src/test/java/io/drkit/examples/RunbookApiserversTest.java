package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.examples.cli.PlatformSettings;
import io.drkit.examples.runbook.Migrate;
import io.drkit.node.ApiserverPod;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookRunner;
import io.drkit.testkit.EncryptionFiles;
import io.drkit.testkit.controlplane.ControlPlaneNode;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.TestCertificates;
import io.drkit.testkit.machine.Machine;
import io.drkit.testkit.machine.PrivateNetwork;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runbooks that stop and start kube-apiservers: real etcd, OpenSSH and firewalls, and stand-ins for kubelet and kube-apiserver. */
class RunbookApiserversTest {

    private static final Path MANIFEST = Path.of(ControlPlaneNode.MANIFEST);

    @TempDir
    private Path folder;

    private PrivateNetwork network;
    private Site primary;
    private Site standby;

    /** One of the two. */
    private record Site(Machine machine, EtcdServer etcd, ControlPlaneNode node) implements AutoCloseable {

        static Site start(String name, Machine machine, TestCertificates certificates) {
            return new Site(
                    machine,
                    EtcdServer.builder().on(machine).start(),
                    ControlPlaneNode.start(
                            name,
                            certificates,
                            EncryptionFiles.with("key"),
                            manifest -> manifest,
                            ssh -> ssh.on(machine)));
        }

        /** Whether the kubelet sees a manifest of kube-apiserver. */
        boolean runs() {
            return Files.exists(node.path(MANIFEST.toString()));
        }

        @Override
        public void close() {
            node.close();
            etcd.close();
        }
    }

    @BeforeEach
    void start() {
        assumeTrue(PrivateNetwork.canBeHad() && OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces");
        network = PrivateNetwork.start();
        TestCertificates certificates = TestCertificates.create(folder, false);
        List<Site> sites = Stream.of("p-1", "s-1")
                .parallel()
                .map(name -> Site.start(name, network.machine(), certificates))
                .toList();
        primary = sites.get(0);
        standby = sites.get(1);
        primary.etcd.etcdctl("put", "/registry/configmaps/a/1", "value");
        sites.forEach(site -> await().atMost(Duration.ofSeconds(30)).until(() -> site.node.starts() == 1));
    }

    @AfterEach
    void end() {
        primary.close();
        standby.close();
        network.close();
    }

    private Path config(String scope) throws IOException {
        return Files.writeString(folder.resolve(scope + ".yaml"), """
                sites:
                  primary: {endpoints: ["%s"]}
                  standby: {endpoints: ["%s"]}
                nodes:
                  primary: {hosts: "%s", user: root, key: %s, known-hosts: %s}
                  standby: {hosts: "%s", user: root, key: %s, known-hosts: %s}
                runbooks:
                  scope: %s
                  apiserver-manifest: %s
                """.formatted(
                        primary.etcd.endpoint(0),
                        standby.etcd.endpoint(0),
                        primary.machine,
                        primary.node.ssh().clientKey(),
                        primary.node.ssh().knownHosts(),
                        standby.machine,
                        standby.node.ssh().clientKey(),
                        standby.node.ssh().knownHosts(),
                        scope,
                        ApiserverPod.DEFAULT_MANIFEST));
    }

    private static Cli run(String runbook, Path config, int code, String... more) {
        Cli ended = Cli.drkit(
                Stream.concat(Stream.of(runbook, "--config", config.toString(), "--deadline", "3s"), Stream.of(more))
                        .toArray(String[]::new));
        assertThat(ended.code()).as(ended.out() + ended.err()).isEqualTo(code);
        return ended;
    }

    private RunbookReport failing(String step, Path config) {
        PlatformSettings settings =
                PlatformSettings.read(config, PlatformSettings.Sites.DEFAULT, Duration.ofSeconds(3));
        try (FileJournal journal = FileJournal.open(folder.resolve("failing.json"))) {
            return new RunbookRunner(
                            journal,
                            RunbookOptions.builder().confirmation(each -> true).build())
                    .run(FailingRunbook.at(step, Migrate.of(settings.platform())));
        }
    }

    /** Writes to the primary's etcd as long as its kube-apiserver runs, as that does for its clients. */
    private final class Clients implements AutoCloseable {

        private final List<String> written = new ArrayList<>();
        private final Thread thread = new Thread(this::run);
        private volatile boolean ended;

        Clients() {
            thread.start();
        }

        private void run() {
            while (!ended) {
                if (!primary.runs() || primary.node.starts() > 1) {
                    return;
                }
                String key = "/registry/configmaps/a/written-" + written.size();
                primary.etcd.etcdctl("put", key, "by a client");
                written.add(key);
            }
        }

        @Override
        public void close() throws InterruptedException {
            ended = true;
            thread.join();
        }
    }

    @Test
    void nobody_writes_between_the_last_mirror_of_a_migration_and_the_change_of_roles() throws Exception {
        Path config = config("platform");
        run("enable", config, 0);
        // No mirror runs, which is not ready.
        assertThat(run("preflight", config, 3).err())
                .contains("apiservers-primary: done: 1 nodes, 0 with kube-apiserver stopped");
        Clients clients = new Clients();
        try (clients) {
            Cli migrated = run("migrate", config, 0, "--yes-all");
            assertThat(migrated.err())
                    .contains("stop-apiservers: done: kube-apiserver of primary is stopped on root@")
                    .contains("left-behind: done: 0 keys");
        }
        assertThat(clients.written).hasSizeGreaterThan(3);
        assertThat(RunbookScene.registry(standby.etcd).keySet()).containsAll(clients.written);
        // Both control planes run where each site keeps what is its own.
        assertThat(primary.runs()).isTrue();
        assertThat(primary.node.starts()).isEqualTo(2);
        assertThat(standby.node.starts()).isEqualTo(1);
    }

    @Test
    void the_control_plane_of_a_standby_rests_where_everything_is_mirrored() throws Exception {
        Path config = config("all");
        Path moved = standby.node.path(
                MANIFEST.resolveSibling(".kube-apiserver.yaml.drkit").toString());
        Files.move(standby.node.path(MANIFEST.toString()), moved);
        run("enable", config, 0);

        RunbookReport undone = failing("final-mirror", config);
        assertThat(undone.outcome()).as(undone.toString()).isEqualTo(Outcome.UNDONE);
        assertThat(undone.toString()).containsPattern("undone +stop-apiservers");
        assertThat(primary.runs()).isTrue();
        assertThat(primary.node.starts()).isEqualTo(2);
        assertThat(standby.runs()).isFalse();

        run("migrate", config, 0, "--yes-all");
        assertThat(primary.runs()).isFalse();
        assertThat(standby.runs()).isTrue();
        run("failback", config, 0, "--yes-all");
        assertThat(primary.runs()).isTrue();
        assertThat(standby.runs()).isFalse();

        primary.etcd.kill();
        Cli over = run("failover", config, 0, "--yes-all");
        assertThat(over.err())
                .contains("fence: done: ports [2379, 6443] closed on root@" + primary.machine)
                .contains("stop-apiservers: done: kube-apiserver of primary is stopped on root@")
                .contains("start-apiservers: done: kube-apiserver of standby runs on root@");
        assertThat(primary.runs()).isFalse();
        assertThat(standby.runs()).isTrue();
    }

    @Test
    void a_site_whose_kube_apiserver_could_not_be_started_is_refused_while_there_is_a_way_back() throws Exception {
        Path config = config("all");
        run("enable", config, 0);
        Files.delete(standby.node.path(MANIFEST.toString()));
        Cli refused = run("migrate", config, 3, "--yes-all");
        assertThat(refused.err()).contains("next-apiservers: failed", "there is no /etc/kubernetes/manifests");
        assertThat(RunbookScene.role(primary.etcd)).startsWith("PRIMARY");
        assertThat(primary.runs()).isTrue();
        assertThat(primary.node.starts()).isEqualTo(1);
        assertThat(run("preflight", config, 3).err()).contains("apiservers-standby: failed");
    }
}
