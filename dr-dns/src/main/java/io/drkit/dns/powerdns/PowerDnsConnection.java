package io.drkit.dns.powerdns;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a PowerDNS.
 *
 * @param url of its web server, such as {@code https://ns1.example.com:8081}; without {@code /api/v1}
 * @param apiKey asked for at each call
 * @param serverId {@code localhost} by default, as every PowerDNS calls itself; another behind a proxy for several
 * @param deadline of each exchange; a call makes several; 10 s by default
 * @param client brings its own TLS settings or proxy; by default the JDK's. It is not closed
 */
public record PowerDnsConnection(
        URI url, Supplier<char[]> apiKey, String serverId, Duration deadline, HttpClient client) {

    /**
     * Starts the description of a connection.
     *
     * @param apiKey asked for at each call, so that a new key is used
     * @throws IllegalArgumentException when the URL is none
     */
    public static Builder to(String url, Supplier<char[]> apiKey) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The URL of the PowerDNS is not one: expected http://HOST:PORT or https://HOST:PORT.");
        }
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http || uri.getHost() == null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "A PowerDNS is reached by http://HOST:PORT or https://HOST:PORT; the key is given apart from it.");
        }
        return new Builder(uri, apiKey);
    }

    String name() {
        return url.getScheme() + "://" + url.getAuthority();
    }

    /** Does not show the key. */
    @Override
    public String toString() {
        return "PowerDnsConnection[" + name() + "]";
    }

    /** Sets what differs from the defaults. */
    public static final class Builder {

        private final URI url;
        private final Supplier<char[]> apiKey;
        private String serverId = "localhost";
        private Duration deadline = Duration.ofSeconds(10);
        private @Nullable HttpClient client;

        private Builder(URI url, Supplier<char[]> apiKey) {
            this.url = url;
            this.apiKey = apiKey;
        }

        public Builder serverId(String serverId) {
            this.serverId = serverId;
            return this;
        }

        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        public Builder client(HttpClient client) {
            this.client = client;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when something is out of range */
        public PowerDnsConnection build() {
            if (deadline.toMillis() < 1) {
                throw new IllegalArgumentException("deadline must be positive, but is " + deadline);
            }
            if (!serverId.matches("[A-Za-z0-9._-]+")) {
                throw new IllegalArgumentException("'" + serverId + "' is not the id of a PowerDNS server.");
            }
            HttpClient http = client != null
                    ? client
                    : HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(deadline)
                            .build();
            return new PowerDnsConnection(url, apiKey, serverId, deadline, http);
        }
    }
}
