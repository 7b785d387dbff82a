package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.powerdns.PowerDnsConnection;
import io.drkit.dns.powerdns.PowerDnsSwitcher;
import io.drkit.dns.rfc2136.Rfc2136Connection;
import io.drkit.dns.rfc2136.Rfc2136DnsSwitcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which {@link DnsSwitcher} a configuration means: from the name of its type to what makes one. Another vendor is entered here. */
final class DnsBackends {

    /** Makes a switcher of a type from its settings. */
    interface Factory {
        DnsSwitcher open(JsonNode settings, Path file, Duration deadline);
    }

    private static final Map<String, Factory> TYPES = Map.of(
            "rfc2136", DnsBackends::rfc2136,
            "powerdns", DnsBackends::powerdns,
            "coredns", ClusterDnsBackends::coredns,
            "dnsendpoint", ClusterDnsBackends::dnsendpoint);

    private DnsBackends() {}

    static DnsSwitcher open(JsonNode backend, Path file, Duration deadline) {
        String type = backend.path("type").asText();
        Factory factory = TYPES.get(type);
        if (factory == null || !(backend.deepCopy() instanceof ObjectNode settings)) {
            throw new IllegalArgumentException(file + ": dns.backend.type is '" + type + "', but must be one of "
                    + new TreeSet<>(TYPES.keySet()) + ".");
        }
        settings.remove("type");
        return factory.open(settings, file, deadline);
    }

    /** @param server host, or host:port; 53 by default */
    private record Rfc2136(
            @Nullable String server,
            @JsonProperty("key-name") @Nullable String keyName,
            @Nullable String algorithm,
            @Nullable String secret,
            @JsonProperty("secret-file") @Nullable Path secretFile) {}

    private static DnsSwitcher rfc2136(JsonNode settings, Path file, Duration deadline) {
        Rfc2136 given = ConfigFile.value(file, settings, Rfc2136.class);
        HostPort server = HostPort.of(needed(file, "server", given.server), 53);
        Rfc2136Connection.Builder connection = Rfc2136Connection.to(server.host())
                .port(server.port())
                .key(needed(file, "key-name", given.keyName), secret(file, "secret", given.secret, given.secretFile))
                .deadline(deadline);
        if (given.algorithm != null) {
            connection.algorithm(given.algorithm);
        }
        return new Rfc2136DnsSwitcher(connection.build());
    }

    /** @param url of the API's web server, without {@code /api/v1} */
    private record PowerDns(
            @Nullable String url,
            @JsonProperty("api-key") @Nullable String apiKey,
            @JsonProperty("api-key-file") @Nullable Path apiKeyFile,
            @JsonProperty("server-id") @Nullable String serverId) {}

    private static DnsSwitcher powerdns(JsonNode settings, Path file, Duration deadline) {
        PowerDns given = ConfigFile.value(file, settings, PowerDns.class);
        PowerDnsConnection.Builder connection = PowerDnsConnection.to(
                        needed(file, "url", given.url), secret(file, "api-key", given.apiKey, given.apiKeyFile))
                .deadline(deadline);
        if (given.serverId != null) {
            connection.serverId(given.serverId);
        }
        return new PowerDnsSwitcher(connection.build());
    }

    private static <T> T needed(Path file, String field, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(file + ": dns.backend needs '" + field + "'.");
        }
        return value;
    }

    private static Supplier<char[]> secret(Path file, String field, @Nullable String value, @Nullable Path secretFile) {
        if (secretFile == null) {
            return needed(file, field + "' or '" + field + "-file", value)::toCharArray;
        }
        Path path = file.resolveSibling(secretFile);
        return () -> {
            try {
                return Files.readString(path).strip().toCharArray();
            } catch (IOException e) {
                throw new IllegalArgumentException("Cannot read " + path + ": is it there, and may you read it?", e);
            }
        };
    }
}
