package io.drkit.examples;

import static org.awaitility.Awaitility.await;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.ValueTransformer;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.encryption.LocalValueCipher;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.testkit.controlplane.ControlPlaneNode;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.TestCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Two sites: real etcds, and control-plane nodes with real OpenSSH servers and stand-ins for the rest; and a drkit.yaml that knows them. */
final class ControlPlaneLab implements AutoCloseable {

    private final Path folder;
    private final EtcdServer primaryEtcd = EtcdServer.builder().start();
    private final EtcdServer standbyEtcd = EtcdServer.builder().start();
    private final List<ControlPlaneNode> primary;
    private final List<ControlPlaneNode> standby;

    /** One node at the primary, some at the standby; each site has stored so many secrets. */
    ControlPlaneLab(Path folder, String primaryFile, String standbyFile, int standbyNodes, int secrets) {
        this.folder = folder;
        try {
            Path pki = Files.createDirectory(folder.resolve("pki"));
            TestCertificates certificates = TestCertificates.create(pki, false);
            List<ControlPlaneNode> all = IntStream.rangeClosed(0, standbyNodes)
                    .parallel()
                    .mapToObj(i -> i == 0
                            ? ControlPlaneNode.start("p-1", certificates, primaryFile)
                            : ControlPlaneNode.start("s-" + i, certificates, standbyFile))
                    .toList();
            primary = all.subList(0, 1);
            standby = all.subList(1, all.size());
            store(primaryEtcd, primaryFile, secrets);
            store(standbyEtcd, standbyFile, secrets);
            Stream.concat(primary.stream(), standby.stream())
                    .forEach(node -> await().atMost(Duration.ofSeconds(30))
                            .until(() -> node.starts() == 1 && Files.exists(node.path("/etc/kubernetes/pki/loaded"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<ControlPlaneNode> primary() {
        return primary;
    }

    List<ControlPlaneNode> standby() {
        return standby;
    }

    EtcdServer etcd(String site) {
        return site.equals("primary") ? primaryEtcd : standbyEtcd;
    }

    /** Stores secrets as a kube-apiserver with this file does. */
    static void store(EtcdServer etcd, String file, int count) {
        ValueTransformer writer = new ValueTransformer(EncryptionConfig.parse(file, "file"), new LocalValueCipher());
        try (KeyStore store =
                EtcdKeyStore.connect(EtcdConnection.to(etcd.endpoints()).build())) {
            List<Operation> puts = IntStream.range(0, count)
                    .mapToObj(i -> {
                        Bytes key =
                                Bytes.utf8("/registry/secrets/team/" + Math.floorMod(file.hashCode(), 1_000) + "-" + i);
                        return Operation.put(key, writer.write(key, Bytes.utf8("k8s\0secret number " + i)));
                    })
                    .toList();
            for (int from = 0; from < count; from += 100) {
                store.commit(new Transaction(List.of(), puts.subList(from, Math.min(from + 100, count))));
            }
        }
    }

    /** The drkit.yaml. */
    String config() throws IOException {
        String text = "sites:\n  primary: {endpoints: %s}\n  standby: {endpoints: %s}\nnodes:\n%s%s"
                .formatted(
                        primaryEtcd.endpoint(0),
                        standbyEtcd.endpoint(0),
                        nodes("primary", primary),
                        nodes("standby", standby));
        return Files.writeString(folder.resolve("drkit.yaml"), text).toString();
    }

    /** All by the key of the first, and with one file of known hosts. */
    private String nodes(String site, List<ControlPlaneNode> nodes) throws IOException {
        StringBuilder known = new StringBuilder();
        List<String> hosts = new ArrayList<>();
        for (ControlPlaneNode node : nodes) {
            known.append(Files.readString(node.ssh().knownHosts()));
            hosts.add("'127.0.0.1:" + node.ssh().port() + "'");
            node.ssh().authorize(publicKey(nodes.get(0)));
        }
        Path file = Files.writeString(folder.resolve(site + "-known-hosts"), known);
        return "  %s: {hosts: %s, user: root, key: %s, known-hosts: %s}\n"
                .formatted(site, hosts, nodes.get(0).ssh().clientKey(), file);
    }

    private static String publicKey(ControlPlaneNode node) throws IOException {
        return Files.readString(Path.of(node.ssh().clientKey() + ".pub")).strip();
    }

    @Override
    public void close() {
        primary.forEach(ControlPlaneNode::close);
        standby.forEach(ControlPlaneNode::close);
        primaryEtcd.close();
        standbyEtcd.close();
    }
}
