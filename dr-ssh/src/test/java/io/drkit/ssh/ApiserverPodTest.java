package io.drkit.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.node.ApiserverPod;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.testkit.EncryptionFiles;
import io.drkit.testkit.controlplane.ControlPlaneNode;
import io.drkit.testkit.etcd.TestCertificates;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ApiserverPod} on a node with a real OpenSSH server, and stand-ins for kubelet and kube-apiserver. */
class ApiserverPodTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private ControlPlaneNode node;
    private NodeAccess access;
    private ApiserverPod pod;

    @BeforeEach
    void start() {
        assumeTrue(
                OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces: for nodes with an /etc of their own");
        node = ControlPlaneNode.start("cp-1", TestCertificates.create(folder, false), EncryptionFiles.with("key"));
        access = new SshNodeAccess(Nodes.at(node.ssh(), "root").build());
        pod = new ApiserverPod(access, ApiserverPod.DEFAULT_MANIFEST, PATIENCE);
        await().atMost(PATIENCE).until(() -> node.starts() == 1 && running() == 1);
    }

    @AfterEach
    void end() {
        access.close();
        node.close();
    }

    /** How many processes of that name run. */
    private long running() {
        return access.run(
                        NodeCommand.script("cat /proc/[0-9]*/comm 2>/dev/null").build())
                .outText()
                .lines()
                .filter("kube-apiserver"::equals)
                .count();
    }

    private Path hidden() {
        return node.path("/etc/kubernetes/manifests/.kube-apiserver.yaml.drkit");
    }

    @Test
    void is_stopped_and_started_again_with_the_manifest_as_it_was() throws IOException {
        String manifest = node.manifest();
        assertThat(pod.isStopped()).isFalse();
        pod.stop();
        assertThat(running()).isZero();
        assertThat(pod.isStopped()).isTrue();
        assertThat(hidden()).hasContent(manifest);
        pod.stop();
        assertThat(Files.exists(node.path(ControlPlaneNode.MANIFEST))).isFalse();

        pod.start();
        assertThat(running()).isEqualTo(1);
        assertThat(node.starts()).isEqualTo(2);
        pod.start();
        assertThat(node.starts()).isEqualTo(2);
        assertThat(node.manifest()).isEqualTo(manifest);
        assertThat(hidden()).doesNotExist();
        assertThat(pod.isStopped()).isFalse();
    }

    @Test
    void a_manifest_that_somebody_puts_in_place_meanwhile_counts() throws IOException {
        pod.stop();
        String upgraded = Files.readString(hidden()).replace("v1.30.14", "v1.31.2");
        Files.writeString(node.path(ControlPlaneNode.MANIFEST), upgraded);
        assertThat(pod.isStopped()).isFalse();
        pod.stop();
        assertThat(hidden()).hasContent(upgraded);
        Files.writeString(node.path(ControlPlaneNode.MANIFEST), upgraded);
        Files.writeString(hidden(), "what was there before");
        pod.start();
        assertThat(node.manifest()).isEqualTo(upgraded);
        assertThat(hidden()).doesNotExist();
    }

    @Test
    void one_that_is_not_ready_in_time_is_told_and_stays_in_place() {
        pod.stop();
        node.notReadyWith("key");
        ApiserverPod hasty = new ApiserverPod(access, ApiserverPod.DEFAULT_MANIFEST, Duration.ofSeconds(3));
        assertThatThrownBy(hasty::start)
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("is not ready");
        assertThat(pod.isStopped()).isFalse();
    }

    @Test
    void a_node_without_such_a_pod_is_refused() {
        ApiserverPod elsewhere = new ApiserverPod(access, "/etc/kubernetes/manifests/other.yaml", PATIENCE);
        assertThatThrownBy(elsewhere::stop)
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("there is no /etc/kubernetes/manifests/other.yaml");
        assertThatThrownBy(elsewhere::start).isInstanceOf(UnsafeToProceedException.class);
        ApiserverPod etcd = new ApiserverPod(access, "/etc/hostname", PATIENCE);
        assertThatThrownBy(etcd::stop).isInstanceOf(UnsafeToProceedException.class);
        assertThat(running()).isEqualTo(1);
    }
}
