package io.drkit.testkit.controlplane;

import io.drkit.node.NodeAccess;
import io.drkit.testkit.FreePort;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdGateway;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * The control-plane nodes of a site as kubeadm sets them up, as far as etcd is concerned: on each a real etcd as a static pod, beside stand-ins for
 * kube-apiserver, kube-controller-manager and kube-scheduler that only run, and a kubelet that keeps the static pods running: it ends one when its
 * manifest goes, starts it when it comes, and starts it anew when the pod in it changes.
 *
 * <p>Two kinds: {@link #onThisMachine}, where a node is a folder, and every {@code /etc/kubernetes} in a command stands for that in the folder; and
 * {@link #overSsh}, where it is an OpenSSH server with an {@code /etc} and processes of its own, and etcd sees its data and tools through mounts of its
 * own, as in a container.
 */
public final class EtcdSite implements AutoCloseable {

    /** The etcd manifest of every node. */
    public static final String MANIFEST = "/etc/kubernetes/manifests/etcd.yaml";

    private static final String ETC = "/etc/kubernetes";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(40);

    private final EtcdBinary binary;
    private final List<StaticPodNode> nodes;
    private final List<EtcdPodManifest> pods;

    private EtcdSite(EtcdBinary binary, List<StaticPodNode> nodes, List<EtcdPodManifest> pods) {
        this.binary = binary;
        this.nodes = nodes;
        this.pods = pods;
    }

    /** Nodes that are folders, so that a test of many faults is quick. Needs no privileges. */
    public static EtcdSite onThisMachine(EtcdBinary binary, int members) {
        return start(
                binary,
                members,
                i -> StaticPodNode.inFolder("cp-" + i),
                node -> node.resolve("data").toString());
    }

    /**
     * Nodes with a real OpenSSH server. Needs what {@link OpenSshServer#canBeSetApart} says.
     *
     * @param change what else they are started with
     */
    public static EtcdSite overSsh(EtcdBinary binary, int members, UnaryOperator<OpenSshServer.Builder> change) {
        return start(
                binary, members, i -> StaticPodNode.overSsh("cp-" + i, change), node -> StaticPodNode.IN_CONTAINER);
    }

    private static EtcdSite start(
            EtcdBinary binary, int members, IntFunction<StaticPodNode> node, Function<Path, String> folder) {
        List<StaticPodNode> nodes = new ArrayList<>();
        List<EtcdPodManifest> pods = new ArrayList<>();
        EtcdSite site = new EtcdSite(binary, nodes, pods);
        try {
            for (int i = 0; i < members; i++) {
                nodes.add(node.apply(i));
                Path own = nodes.get(i).folder();
                pods.add(new EtcdPodManifest(
                        "cp-" + i, own.resolve("data"), folder.apply(own), FreePort.next(), FreePort.next()));
            }
            site.bootstrap();
            return site;
        } catch (RuntimeException e) {
            site.close();
            throw e;
        }
    }

    private void bootstrap() {
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).write(ETC + "/pki/ca.key", "the key of the authority\n");
            nodes.get(i).write(MANIFEST, pods.get(i).text(pods, pods.size() == 1));
            for (String other : List.of("kube-apiserver", "kube-controller-manager", "kube-scheduler")) {
                nodes.get(i)
                        .write(
                                ETC + "/manifests/" + other + ".yaml",
                                EtcdPodManifest.other(other, nodes.get(i).folder()));
            }
            nodes.get(i).start(binary);
        }
        awaitHealthy();
        // As kubeadm leaves them: each names those that there were when it joined, and so only the last one all.
        for (int i = 0; i < nodes.size() - 1; i++) {
            long before = starts(i, "etcd");
            nodes.get(i).write(MANIFEST, pods.get(i).text(pods.subList(0, i + 1), false));
            int node = i;
            Awaitility.await().atMost(START_TIMEOUT).until(() -> starts(node, "etcd") > before);
        }
        awaitHealthy();
    }

    /** Waits until etcd answers through every member, and every pod runs. */
    public void awaitHealthy() {
        Awaitility.await("a healthy site: " + log())
                .atMost(START_TIMEOUT)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> IntStream.range(0, nodes.size()).allMatch(this::isSteady));
    }

    private boolean isSteady(int node) {
        return nodes.get(node).isSteady() && store(node).revision() > 0;
    }

    public int size() {
        return nodes.size();
    }

    /** A member, as a client sees it. */
    public EtcdGateway store(int node) {
        return new EtcdGateway(pods.get(node).clientUrl());
    }

    /** A node that is a folder, as it is reached. */
    public NodeAccess access(int node) {
        return nodes.get(node).access();
    }

    /** All of them. */
    public List<NodeAccess> accesses() {
        return nodes.stream().map(StaticPodNode::access).toList();
    }

    /** The server of a node that has one. */
    public OpenSshServer ssh(int node) {
        return nodes.get(node).ssh();
    }

    /** A folder of a node's own. */
    public Path folder(int node) {
        return nodes.get(node).folder();
    }

    /** Where a file of a node, such as {@link #MANIFEST}, lies for the test. */
    public Path path(int node, String file) {
        return nodes.get(node).path(file);
    }

    /** etcd's data of a node. */
    public Path data(int node) {
        return pods.get(node).data();
    }

    /** How often a pod's program was started. */
    public long starts(int node, String program) {
        return nodes.get(node).starts().filter(program::equals).count();
    }

    /** Saves a snapshot of the first member. */
    public void save(Path file) {
        binary.snapshotSave(pods.get(0).clientUrl(), file);
    }

    /** What kubelets and etcd said last. */
    public String log() {
        return nodes.stream().map(StaticPodNode::log).collect(Collectors.joining("\n"));
    }

    /** Ends all and deletes it. */
    @Override
    public void close() {
        nodes.forEach(StaticPodNode::close);
    }

    static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            // gone already
        }
    }

    static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
