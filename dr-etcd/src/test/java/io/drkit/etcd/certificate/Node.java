package io.drkit.etcd.certificate;

import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.testkit.LocalNode;
import io.drkit.testkit.etcd.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A control-plane node with an etcd CA in a folder; it keeps what it is asked, and can be had without openssl. */
final class Node implements NodeAccess {

    final List<NodeCommand> asked = new ArrayList<>();
    final Path folder;

    private final NodeAccess local = new LocalNode("node-1");
    private String path = System.getenv("PATH");

    /** The CA and the client's pair are copied into the folder under the names that kubeadm gives them. */
    Node(Path folder, TestCertificates certificates) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        install(certificates);
    }

    void install(TestCertificates certificates) throws IOException {
        replace("ca.crt", certificates.authority());
        replace("ca.key", certificates.authorityKey());
        replace("apiserver-etcd-client.crt", certificates.clientCertificate());
        replace("apiserver-etcd-client.key", certificates.clientKey());
    }

    private void replace(String name, Path with) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
        Files.copy(with, folder.resolve(name));
    }

    CertificateOptions.Builder options() {
        return CertificateOptions.builder()
                .authority(folder.resolve("ca.crt").toString())
                .authorityKey(folder.resolve("ca.key").toString())
                .certificate(folder.resolve("apiserver-etcd-client.crt").toString())
                .key(folder.resolve("apiserver-etcd-client.key").toString());
    }

    /** From now on the programs in this folder are all it has to sign with. */
    void programs(Path folder) {
        path = folder.toString();
    }

    /** All files of a folder, with content, and when it was written. */
    static Map<String, String> state(Path folder) throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                state.put(
                        file + " " + Files.getLastModifiedTime(file) + " " + Files.getPosixFilePermissions(file),
                        Files.isRegularFile(file) ? Files.readString(file) : "");
            }
        }
        return state;
    }

    @Override
    public String name() {
        return local.name();
    }

    @Override
    public CommandResult run(NodeCommand command) {
        asked.add(command);
        if (!command.title().startsWith("sign")) {
            return local.run(command);
        }
        List<String> arguments = new ArrayList<>(List.of("/usr/bin/env", "PATH=" + path));
        arguments.addAll(command.arguments());
        return local.run(new NodeCommand(
                command.title(), arguments, command.input(), command.deadline(), command.outputLimit()));
    }

    @Override
    public void close() {}
}
