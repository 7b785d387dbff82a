package io.drkit.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.comparison.CertificateFactSource;
import io.drkit.comparison.EtcdFactSource;
import io.drkit.comparison.Fact;
import io.drkit.comparison.FactSource;
import io.drkit.comparison.HostFactSource;
import io.drkit.comparison.PortFactSource;
import io.drkit.comparison.SiteFacts;
import io.drkit.dns.DnsName;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.KeyStore;
import io.drkit.kubernetes.comparison.KubernetesFactSource;
import io.drkit.kubernetes.registry.Registry;
import io.drkit.kubernetes.registry.RegistryFactSource;
import io.drkit.node.NodeAccess;
import io.drkit.ssh.SshNodeAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One of two sites that are compared, as a configuration says how to reach it: its API, its etcd, its nodes, its addresses and its registry. */
final class ComparedSite {

    private static final int HTTPS = 443;

    private final Path file;
    private final String name;
    private final String other;
    private final CommonOptions common;
    private final JsonNode tree;
    private final ComparisonSettings comparison;
    private final @Nullable DnsSettings dns;

    /** @throws IllegalArgumentException when the configuration is wrong */
    ComparedSite(Path file, String name, String other, CommonOptions common) {
        this.file = file;
        this.name = name;
        this.other = other;
        this.common = common;
        this.tree = ConfigFile.tree(file, System::getenv);
        this.comparison = ComparisonSettings.read(file);
        this.dns = tree.path("dns").has("names") ? DnsSettings.read(file) : null;
    }

    /** Asks everything but the registry. */
    SiteFacts gather(String observer, Clock clock) {
        List<NodeAccess> nodes = nodes();
        try (KubernetesClient client =
                VolumeSettings.read(file).connection(name, common.deadline).openUnseen()) {
            List<FactSource> sources = new ArrayList<>();
            sources.add(new KubernetesFactSource(client));
            etcd().ifPresent(sources::add);
            sources.add(new HostFactSource(nodes, clock, common.deadline));
            sources.add(new PortFactSource(
                    name, nodes, addresses(name), addresses(other), PortFactSource.PLATFORM_PORTS, patience()));
            sources.add(new CertificateFactSource(
                    URI.create(client.getMasterUrl().toString()),
                    domain(),
                    addresses(name),
                    dns == null || dns.httpsPort() == null ? HTTPS : dns.httpsPort(),
                    comparison.names(),
                    patience()));
            return SiteFacts.gather(name, observer, clock, sources);
        } finally {
            nodes.forEach(NodeAccess::close);
        }
    }

    /** The same facts with what this site's registry says of the other's images; as they are when no registry is named. */
    SiteFacts askRegistry(SiteFacts facts, Fact<List<String>> images) {
        Optional<Registry> registry = comparison.registry(file, name);
        if (registry.isEmpty()) {
            return facts.registry().isKnown()
                    ? facts
                    : facts.toBuilder()
                            .registry(Fact.unknown("no registry of " + name + " is configured (comparison.registries)"))
                            .build();
        }
        SiteFacts.Builder asked = facts.toBuilder();
        new RegistryFactSource(registry.get(), images).contribute(asked);
        return asked.build();
    }

    /** A firewall that drops packets is waited for no longer than this. */
    private Duration patience() {
        Duration most = Duration.ofSeconds(5);
        return common.deadline.compareTo(most) < 0 ? common.deadline : most;
    }

    private List<NodeAccess> nodes() {
        return tree.path("nodes").has(name)
                ? config().nodes(name).stream()
                        .<NodeAccess>map(SshNodeAccess::new)
                        .toList()
                : List.of();
    }

    /** More exact than the tag of an image, where it is configured. */
    private Optional<FactSource> etcd() {
        if (!tree.path("sites").path(name).has("endpoints")) {
            return Optional.empty();
        }
        EtcdConnection connection = config().site(name).connection("at", common);
        return Optional.of(facts -> {
            try (KeyStore store = EtcdKeyStore.connect(connection)) {
                new EtcdFactSource(store).contribute(facts);
            }
        });
    }

    private ConfigFile config() {
        return ConfigFile.read(file, System::getenv);
    }

    private List<String> domain() {
        return dns == null
                ? List.of()
                : dns.domainNames().stream()
                        .map(DnsName::asked)
                        .map(DnsName::ascii)
                        .toList();
    }

    private List<String> addresses(String site) {
        return dns == null || dns.addresses() == null || !dns.addresses().containsKey(site)
                ? List.of()
                : dns.addresses(site);
    }
}
