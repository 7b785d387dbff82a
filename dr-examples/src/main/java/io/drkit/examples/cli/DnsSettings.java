package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.DnsVantage;
import io.drkit.dns.proof.AuthoritativeServers;
import io.drkit.dns.proof.ServerVantage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The part {@code dns} of a {@link ConfigFile}: the platform's names, where they may lead, who can change them, and who is asked.
 *
 * <pre>
 * dns:
 *   names: [platform.example.com, "*.apps.example.com"]
 *   addresses:
 *     primary: [192.0.2.10, "2001:db8::10"]
 *     standby: 198.51.100.10
 *   resolvers: [10.0.0.53, 10.1.0.53]          # asked by verify
 *   authoritative: [192.0.2.53, 192.0.2.54]     # without it found by NS, through the first resolver
 *   pods:                                       # of both clusters, asked by verify
 *     - {cluster: primary, kubeconfig: primary.kubeconfig, deployment: tools/toolbox}
 *   backend:
 *     type: rfc2136
 *     server: 192.0.2.53
 *     key-name: drkit
 *     secret-file: drkit.key                    # relative to this file; Base64
 * </pre>
 *
 * @param pods in which verify looks the names up too
 * @param backend {@code type}, and what that type needs: see {@link DnsBackends}
 * @param httpsPort at which the address is called by verify; 443 by default
 * @param cacert the authority of its certificate; the JDK's by default
 */
public record DnsSettings(
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        List<String> names,

        @Nullable Map<String, JsonNode> addresses,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> resolvers,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> authoritative,

        @Nullable List<PodSettings> pods,
        @Nullable JsonNode backend,
        @JsonProperty("https-port") @Nullable Integer httpsPort,
        @Nullable Path cacert) {

    static DnsSettings read(Path file) {
        JsonNode dns = ConfigFile.tree(file, System::getenv).path("dns");
        if (!dns.path("names").isArray() && !dns.path("names").isTextual()) {
            throw new IllegalArgumentException(
                    file + " names no domain. Expected: dns: {names: [...], backend: {type: ...}}");
        }
        return ConfigFile.value(file, dns, DnsSettings.class);
    }

    /** The platform's names. */
    public List<DnsName> domainNames() {
        return names.stream().map(DnsName::of).toList();
    }

    /** Addresses as given on the command line: themselves, comma-separated, or a name of {@link #addresses}. */
    public List<String> addresses(String given) {
        JsonNode named = addresses == null ? null : addresses.get(given);
        if (named == null) {
            if (given.chars().noneMatch(c -> c == '.' || c == ':')) {
                throw new IllegalArgumentException("No addresses named '" + given + "' in the configuration; it has "
                        + (addresses == null ? List.of() : addresses.keySet()) + ".");
            }
            return Arrays.asList(given.split(",", -1));
        }
        return named.isArray()
                ? StreamSupport.stream(named.spliterator(), false)
                        .map(JsonNode::asText)
                        .toList()
                : List.of(named.asText());
    }

    /** Opens the backend. */
    DnsSwitcher open(Path file, Duration deadline) {
        if (backend == null) {
            throw new IllegalArgumentException(
                    file + " does not say who can change the names: dns: {backend: {type: ...}}");
        }
        return DnsBackends.open(backend, file, deadline);
    }

    /** {@code resolvers}, as addresses; without a port, 53. */
    public List<InetSocketAddress> resolverAddresses() {
        return Objects.requireNonNullElse(resolvers, List.<String>of()).stream()
                .map(DnsSettings::address)
                .toList();
    }

    /** {@code authoritative}, as addresses; without a port, 53. */
    public List<InetSocketAddress> authoritativeAddresses() {
        return Objects.requireNonNullElse(authoritative, List.<String>of()).stream()
                .map(DnsSettings::address)
                .toList();
    }

    /** {@code pods}, or none. */
    public List<PodSettings> podSettings() {
        return Objects.requireNonNullElse(pods, List.of());
    }

    /**
     * Who is asked whether a change is seen, beside pods: the authoritative servers, which are found by the first resolver where none are named, and
     * the resolvers.
     *
     * @param timeout of each question
     */
    public List<DnsVantage> servers(DnsChange change, Duration timeout) throws InterruptedException {
        List<InetSocketAddress> resolving = resolverAddresses();
        List<DnsVantage> servers = new ArrayList<>();
        if (!authoritativeAddresses().isEmpty()) {
            authoritativeAddresses().forEach(at -> servers.add(vantage(DnsVantage.Kind.AUTHORITATIVE, at, timeout)));
        } else if (!resolving.isEmpty()) {
            servers.addAll(new AuthoritativeServers(resolving.get(0), 53, timeout)
                    .of(change.after().names()));
        }
        resolving.forEach(at -> servers.add(vantage(DnsVantage.Kind.RESOLVER, at, timeout)));
        return servers;
    }

    private static ServerVantage vantage(DnsVantage.Kind kind, InetSocketAddress at, Duration timeout) {
        return new ServerVantage(kind, at.getAddress().getHostAddress() + ":" + at.getPort(), at, timeout);
    }

    /** {@code HOST}, {@code HOST:PORT}, an IPv6 address, or that in brackets with a port. */
    private static InetSocketAddress address(String text) {
        HostPort at = HostPort.of(text, 53);
        try {
            return new InetSocketAddress(InetAddress.getByName(at.host()), at.port());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("The name server '" + text + "' has no address here.", e);
        }
    }
}
