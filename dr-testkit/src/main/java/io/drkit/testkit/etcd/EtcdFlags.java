package io.drkit.testkit.etcd;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The command lines of an etcd server's members, from what its builder was told. */
final class EtcdFlags {

    private final EtcdServerBuilder options;
    private final List<EtcdMember> members;
    private final @Nullable TestCertificates certificates;

    EtcdFlags(EtcdServerBuilder options, Path folder, List<EtcdMember> members) {
        this.options = options;
        this.members = members;
        this.certificates = options.tls ? TestCertificates.create(folder, options.expiredCertificate) : null;
    }

    Optional<TestCertificates> certificates() {
        return Optional.ofNullable(certificates);
    }

    String clientUrl(EtcdMember member) {
        return (certificates == null ? "http" : "https") + "://" + member.host() + ":" + member.clientPort;
    }

    String initialCluster() {
        return members.stream()
                .map(member -> member.name + "=" + member.peerUrl())
                .collect(Collectors.joining(","));
    }

    List<String> command(EtcdMember member) {
        List<String> command = new ArrayList<>(List.of(options.binary.etcd().toString(), "--name", member.name));
        command.addAll(List.of("--data-dir", member.data.toString()));
        command.addAll(
                List.of("--listen-client-urls", clientUrl(member), "--advertise-client-urls", clientUrl(member)));
        command.addAll(List.of("--listen-peer-urls", member.peerUrl()));
        command.addAll(List.of("--initial-advertise-peer-urls", member.peerUrl()));
        command.addAll(List.of("--initial-cluster", initialCluster(), "--initial-cluster-state", "new"));
        if (certificates != null) {
            command.addAll(
                    List.of("--cert-file", certificates.serverCertificate().toString()));
            command.addAll(List.of("--key-file", certificates.serverKey().toString()));
            if (options.clientCertificates) {
                command.addAll(
                        List.of("--trusted-ca-file", certificates.authority().toString(), "--client-cert-auth"));
            }
        }
        if (options.quotaBytes > 0) {
            command.addAll(List.of("--quota-backend-bytes", Long.toString(options.quotaBytes)));
        }
        if (options.compactionMode != null) {
            command.addAll(List.of("--auto-compaction-mode", options.compactionMode));
            command.addAll(List.of("--auto-compaction-retention", options.compactionRetention));
        }
        command.addAll(options.flags);
        return command;
    }
}
