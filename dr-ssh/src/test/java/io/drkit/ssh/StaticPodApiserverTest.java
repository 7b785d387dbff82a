package io.drkit.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.rollout.ApiserverState;
import io.drkit.rollout.StaticPodApiserver;
import io.drkit.rollout.StaticPodOptions;
import io.drkit.testkit.EncryptionFiles;
import io.drkit.testkit.controlplane.ControlPlaneNode;
import io.drkit.testkit.etcd.TestCertificates;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link StaticPodApiserver} on a node with a real OpenSSH server, and stand-ins for kubelet and kube-apiserver. */
class StaticPodApiserverTest {

    private static final String OLD = EncryptionFiles.with("old");
    private static final String NEW = EncryptionFiles.with("new", "old");

    @TempDir
    private static Path folder;

    private static TestCertificates certificates;

    @BeforeAll
    static void prepare() {
        assumeTrue(
                OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces: for nodes with an /etc of their own");
        certificates = TestCertificates.create(folder, false);
    }

    /** A node, and how it is reached. */
    private record Lab(ControlPlaneNode node, NodeAccess access, StaticPodApiserver server) implements AutoCloseable {

        static Lab start(UnaryOperator<String> manifest, StaticPodOptions.Builder options) {
            ControlPlaneNode node = ControlPlaneNode.start("cp-1", certificates, OLD, manifest, ssh -> ssh);
            NodeAccess access = new SshNodeAccess(Nodes.at(node.ssh(), "root").build());
            Lab lab = new Lab(node, access, new StaticPodApiserver(access, options.build()));
            try {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> lab.server.look().ready());
                return lab;
            } catch (RuntimeException e) {
                lab.close();
                throw e;
            }
        }

        static Lab start() {
            return start(manifest -> manifest, options());
        }

        private String withoutNumberAndBeginning() {
            return server.look().server().replaceFirst(":[0-9]+:[0-9]+$", "");
        }

        @Override
        public void close() {
            access.close();
            node.close();
        }
    }

    private static String reloading(String manifest) {
        return manifest.replace(
                "    - --encryption-provider-config=",
                "    - --encryption-provider-config-automatic-reload=true\n    - --encryption-provider-config=");
    }

    private static StaticPodOptions.Builder options() {
        return StaticPodOptions.builder()
                .steadyFor(Duration.ofMillis(300))
                .readyTimeout(Duration.ofSeconds(30))
                .reloadTimeout(Duration.ofSeconds(10));
    }

    /** In two containers that start at once, processes have the same number and begin in the same hundredth of a second. */
    @Test
    void servers_of_two_nodes_on_one_machine_differ_by_more_than_number_and_beginning() {
        try (Lab one = Lab.start();
                Lab other = Lab.start()) {
            assertThat(one.withoutNumberAndBeginning()).isNotEqualTo(other.withoutNumberAndBeginning());
        }
    }

    @Test
    void a_new_file_is_read_by_a_process_that_began_after_it_was_there_and_the_old_one_likewise() {
        try (Lab lab = Lab.start()) {
            ApiserverState before = lab.server.look();
            assertThat(before.path()).isEqualTo(ControlPlaneNode.FILE);
            assertThat(before.file()).contains(Bytes.utf8(OLD));
            assertThat(before.registryPrefix()).isEqualTo("/registry");
            assertThat(before.toString()).doesNotContain("secret:");

            assertThat(lab.server.install(Bytes.utf8(NEW), before).how()).isEqualTo("restarted");
            assertThat(lab.node.file()).isEqualTo(NEW);
            assertThat(lab.node.loaded()).isEqualTo(NEW);
            assertThat(lab.node.starts()).isEqualTo(2);
            assertThat(lab.server.look().server()).isNotEqualTo(before.server());

            lab.server.restore(before, Bytes.utf8(NEW));
            assertThat(lab.node.file()).isEqualTo(OLD);
            assertThat(lab.node.loaded()).isEqualTo(OLD);
            assertThat(Bytes.utf8(lab.node.manifest())).isEqualTo(before.memo());
            assertThat(lab.node.starts()).isEqualTo(3);
            lab.server.restore(lab.server.look(), Bytes.utf8(NEW));
            assertThat(lab.node.starts()).as("all is as it was").isEqualTo(3);
        }
    }

    @Test
    void a_file_that_came_without_a_restart_is_taken_back() throws IOException {
        try (Lab lab = Lab.start()) {
            ApiserverState before = lab.server.look();
            Files.writeString(lab.node.path(ControlPlaneNode.FILE), NEW);
            // What an earlier run has under way, and comes late, comes to nothing.
            Path staged = lab.node.path("/etc/kubernetes/enc/.enc.yaml.drkit-new-4711");
            Files.createDirectory(staged);
            lab.server.restore(before, Bytes.utf8(NEW));
            assertThat(lab.node.file()).isEqualTo(OLD);
            assertThat(staged).doesNotExist();
            Files.createDirectory(staged);
            lab.server.restore(before, Bytes.utf8(NEW));
            assertThat(staged).doesNotExist();
            assertThat(lab.server.look().ready()).isTrue();
        }
    }

    @Test
    void a_server_that_may_have_read_the_new_file_is_restarted_with_the_old_one() throws IOException {
        try (Lab lab = Lab.start()) {
            ApiserverState before = lab.server.look();
            Files.writeString(lab.node.path(ControlPlaneNode.FILE), NEW);
            lab.access.run(NodeCommand.of("pkill", "kube-apiserver").build());
            awaitLoaded(lab, NEW);
            lab.server.restore(before, Bytes.utf8(NEW));
            assertThat(lab.node.loaded()).isEqualTo(OLD);
            assertThat(Bytes.utf8(lab.node.manifest())).isEqualTo(before.memo());
        }
    }

    @Test
    void one_that_reloads_by_itself_is_not_restarted() {
        try (Lab lab = Lab.start(StaticPodApiserverTest::reloading, options())) {
            ApiserverState before = lab.server.look();
            assertThat(lab.server.install(Bytes.utf8(NEW), before).how()).isEqualTo("reloaded the file by itself");
            assertThat(lab.node.loaded()).isEqualTo(NEW);
            lab.server.restore(before, Bytes.utf8(NEW));
            assertThat(lab.node.loaded()).isEqualTo(OLD);
            assertThat(lab.node.starts()).isEqualTo(1);
            assertThat(lab.server.look())
                    .usingRecursiveComparison()
                    .ignoringFields("freeBytes")
                    .isEqualTo(before);
        }
    }

    @Test
    void one_that_does_not_prove_that_it_reloaded_is_restarted() {
        // Its metrics are for those with a certificate, and it has none for us.
        UnaryOperator<String> mute = manifest -> reloading(manifest)
                .replace("    - --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key\n", "");
        try (Lab lab = Lab.start(mute, options())) {
            assertThat(lab.server.install(Bytes.utf8(NEW), lab.server.look()).how())
                    .isEqualTo("restarted");
            assertThat(lab.node.starts()).isEqualTo(2);
        }
    }

    @Test
    void commands_of_ones_own_restart_it_and_tell_whether_it_is_ready() {
        StaticPodOptions.Builder own = options()
                .restartCommand("pkill kube-apiserver; sleep 1")
                .readyCommand("test \"$(pgrep -c kube-apiserver)\" = 1");
        try (Lab lab = Lab.start(manifest -> manifest, own)) {
            ApiserverState before = lab.server.look();
            lab.server.install(Bytes.utf8(NEW), before);
            awaitLoaded(lab, NEW);
            lab.server.restore(before, Bytes.utf8(NEW));
            awaitLoaded(lab, OLD);
            assertThat(Bytes.utf8(lab.node.manifest())).isEqualTo(before.memo());
        }
    }

    /** It tells so after each start anew. */
    private static void awaitLoaded(Lab lab, String file) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> lab.node.loaded().equals(file));
    }

    @Test
    void one_that_does_not_become_ready_is_told_with_what_it_says() {
        try (Lab lab = Lab.start(manifest -> manifest, options().readyTimeout(Duration.ofSeconds(6)))) {
            ApiserverState before = lab.server.look();
            lab.node.notReadyWith("new");
            assertThatThrownBy(() -> lab.server.install(Bytes.utf8(NEW), before))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("is not ready after 6 s")
                    .hasMessageContaining("500")
                    .hasMessageContaining("[-]etcd failed");
            lab.server.restore(before, Bytes.utf8(NEW));
            assertThat(lab.node.loaded()).isEqualTo(OLD);
            assertThat(lab.server.look().ready()).isTrue();
        }
    }

    @Test
    void one_that_is_ready_and_dies_again_and_again_does_not_count_as_ready() {
        StaticPodOptions.Builder options =
                options().steadyFor(Duration.ofSeconds(3)).readyTimeout(Duration.ofSeconds(5));
        try (Lab lab = Lab.start(manifest -> manifest, options)) {
            ApiserverState before = lab.server.look();
            lab.node.diesWith("new");
            assertThatThrownBy(() -> lab.server.install(Bytes.utf8(NEW), before))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("is not ready after 5 s");
            assertThat(lab.node.starts())
                    .as("it was ready meanwhile, and restarted")
                    .isGreaterThan(2);
        }
    }

    @Test
    void what_another_changed_is_left_alone() throws IOException {
        try (Lab lab = Lab.start()) {
            ApiserverState before = lab.server.look();
            String other = EncryptionFiles.with("other");
            Files.writeString(lab.node.path(ControlPlaneNode.FILE), other);
            assertThatThrownBy(() -> lab.server.install(Bytes.utf8(NEW), before))
                    .isInstanceOf(UnsafeToProceedException.class);
            assertThatThrownBy(() -> lab.server.restore(before, Bytes.utf8(NEW)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("another has changed it");
            assertThat(lab.node.file()).isEqualTo(other);
            Files.writeString(lab.node.path(ControlPlaneNode.FILE), OLD);
            Files.writeString(
                    lab.node.path(ControlPlaneNode.MANIFEST),
                    lab.node.manifest().replace("v1.30.14", "v1.31.0"));
            // An upgrade: the server is restarted with the old file, and the manifest stays the other's.
            lab.server.restore(before, Bytes.utf8(NEW));
            assertThat(lab.node.manifest()).contains("v1.31.0");
            assertThat(lab.node.loaded()).isEqualTo(OLD);
        }
    }

    @Test
    void a_file_that_the_server_may_not_have_read_is_told_and_so_is_one_that_everybody_can_read() throws IOException {
        try (Lab lab = Lab.start()) {
            Path file = lab.node.path(ControlPlaneNode.FILE);
            await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
            Files.writeString(file, NEW);
            assertThat(lab.server.look().unready()).contains("was changed after it began");
            lab.access.run(NodeCommand.of("pkill", "kube-apiserver").build());
            await().atMost(Duration.ofSeconds(30)).until(() -> lab.server.look().ready());
            assertThat(lab.server.look().obstacle()).isEmpty();
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(lab.server.look().obstacle()).contains("can be read by everybody (mode 0644)");
            Files.writeString(
                    lab.node.path(ControlPlaneNode.MANIFEST),
                    lab.node
                            .manifest()
                            .replaceAll("(?s)  annotations:.*?(  creationTimestamp)", "  annotations: {a: b}\n$1"));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            assertThat(lab.server.look().obstacle()).contains("Give a command that restarts kube-apiserver");
        }
    }

    @Test
    void what_is_no_server_with_a_file_is_told() throws IOException {
        try (Lab lab = Lab.start()) {
            Path manifest = lab.node.path(ControlPlaneNode.MANIFEST);
            String was = lab.node.manifest();
            Files.writeString(manifest, was.replaceAll(" *- --encryption-provider-config=.*\n", ""));
            assertThatThrownBy(lab.server::look).hasMessageContaining("has no --encryption-provider-config");
            Files.writeString(manifest, was.replace("mountPath: /etc/kubernetes/enc", "mountPath: /etc/elsewhere"));
            assertThatThrownBy(lab.server::look).hasMessageContaining("No hostPath");
            Files.writeString(manifest, was.replace("- kube-apiserver\n", "- etcd\n"));
            assertThatThrownBy(lab.server::look).hasMessageContaining("no container that runs kube-apiserver");
            Files.writeString(manifest, "{");
            assertThatThrownBy(lab.server::look).hasMessageContaining("is no YAML");
            Files.delete(manifest);
            assertThatThrownBy(lab.server::look)
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("There is no " + ControlPlaneNode.MANIFEST);
        }
    }
}
