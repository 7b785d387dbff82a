package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsSwitcher;
import io.drkit.kubernetes.coredns.CoreDnsConfigMap;
import io.drkit.kubernetes.coredns.CoreDnsPlugin;
import io.drkit.kubernetes.coredns.CoreDnsSwitcher;
import io.drkit.kubernetes.externaldns.DnsEndpointSwitcher;
import io.drkit.kubernetes.externaldns.DnsEndpoints;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/** The types of {@link DnsBackends} that write to a cluster: what they need, and what makes them. They connect at once. */
final class ClusterDnsBackends {

    private ClusterDnsBackends() {}

    /**
     * @param plugin {@code hosts}, the default, or {@code file}
     * @param restart a Deployment that is restarted after a change
     */
    private record CoreDns(
            @Nullable Path kubeconfig,
            @Nullable String context,
            @Nullable String namespace,
            @JsonProperty("config-map") @Nullable String configMap,
            @Nullable String key,
            @Nullable String mount,
            @Nullable String plugin,
            @Nullable String restart) {}

    static DnsSwitcher coredns(JsonNode settings, Path file, Duration deadline) {
        CoreDns given = ConfigFile.value(file, settings, CoreDns.class);
        CoreDnsConfigMap.Builder config = CoreDnsConfigMap.builder();
        given(given.namespace, config::namespace);
        given(given.configMap, config::name);
        given(given.key, config::key);
        given(given.mount, config::mount);
        given(given.restart, config::restart);
        given(given.plugin, plugin -> config.plugin(plugin(file, plugin)));
        return CoreDnsSwitcher.open(
                ClusterSettings.connection(file, "dns.backend", given.kubeconfig, given.context, deadline),
                config.build());
    }

    private static CoreDnsPlugin plugin(Path file, String name) {
        try {
            return CoreDnsPlugin.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + ": dns.backend.plugin is '" + name + "', but must be hosts or file.", e);
        }
    }

    /**
     * @param domains as external-dns' {@code --domain-filter}
     * @param create the object that new names go into
     * @param seenWithin how long external-dns is waited for; 0 for not at all
     */
    private record DnsEndpoint(
            @Nullable Path kubeconfig,
            @Nullable String context,
            @Nullable String namespace,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> domains,

            @Nullable String create,
            @JsonProperty("seen-within") @Nullable String seenWithin) {}

    static DnsSwitcher dnsendpoint(JsonNode settings, Path file, Duration deadline) {
        DnsEndpoint given = ConfigFile.value(file, settings, DnsEndpoint.class);
        if (given.namespace == null) {
            throw new IllegalArgumentException(
                    file + ": dns.backend needs 'namespace', which the DNSEndpoints are in.");
        }
        DnsEndpoints.Builder config = DnsEndpoints.in(given.namespace);
        given(
                given.domains,
                domains -> config.domains(domains.stream().map(DnsName::of).toList()));
        given(given.create, config::create);
        given(given.seenWithin, time -> config.seenWithin(seenWithin(file, time)));
        return DnsEndpointSwitcher.open(
                ClusterSettings.connection(file, "dns.backend", given.kubeconfig, given.context, deadline),
                config.build());
    }

    private static Duration seenWithin(Path file, String text) {
        if (text.matches("0(ms|s|m|h|d)?")) {
            return Duration.ZERO;
        }
        try {
            return new DurationConverter().convert(text);
        } catch (TypeConversionException e) {
            throw new IllegalArgumentException(
                    file + ": dns.backend.seen-within: " + e.getMessage() + ", or 0 for not at all.");
        }
    }

    private static <T> void given(@Nullable T value, Consumer<T> set) {
        if (value != null) {
            set.accept(value);
        }
    }
}
