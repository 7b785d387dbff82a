package io.drkit.dns.rfc2136;

import io.drkit.dns.DnsName;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the primary of some zones, and the key that updates are signed with.
 *
 * @param host name or address of the server that takes updates: the zones' primary
 * @param port 53 by default; TCP
 * @param keyName what server and client both call the key
 * @param algorithm {@code hmac-sha256} (the default), {@code hmac-sha384} or {@code hmac-sha512}
 * @param secret the key in Base64, asked for when connecting
 * @param deadline of each exchange with the server; a call makes several; 10 s by default
 * @param clock dates signatures, which the server takes only within five minutes of its own; the system's by default
 */
public record Rfc2136Connection(
        String host,
        int port,
        DnsName keyName,
        String algorithm,
        Supplier<char[]> secret,
        Duration deadline,
        Clock clock) {

    private static final Set<String> ALGORITHMS = Set.of("hmac-sha256", "hmac-sha384", "hmac-sha512");

    /** Starts the description of a connection to a server, by name or address. */
    public static Builder to(String host) {
        return new Builder(host);
    }

    String name() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    byte[] secretBytes() {
        try {
            byte[] bytes = Base64.getDecoder().decode(new String(secret.get()).strip());
            if (bytes.length > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // Its message would show a part of the secret.
        }
        throw new IllegalArgumentException("The secret of key " + keyName + " for " + name() + " is not Base64.");
    }

    /** Does not show the secret. */
    @Override
    public String toString() {
        return "Rfc2136Connection[" + name() + ", key " + keyName + "]";
    }

    /** Sets what differs from the defaults; a key is required. */
    public static final class Builder {

        private final String host;
        private int port = 53;
        private @Nullable DnsName keyName;
        private String algorithm = "hmac-sha256";
        private @Nullable Supplier<char[]> secret;
        private Duration deadline = Duration.ofSeconds(10);
        private Clock clock = Clock.systemUTC();

        private Builder(String host) {
            this.host = host;
        }

        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /**
         * The key that updates are signed with.
         *
         * @param secret in Base64, as key files hold it
         */
        public Builder key(String name, Supplier<char[]> secret) {
            this.keyName = DnsName.of(name);
            this.secret = secret;
            return this;
        }

        public Builder algorithm(String algorithm) {
            this.algorithm = algorithm.toLowerCase(Locale.ROOT);
            return this;
        }

        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when something is missing or out of range */
        public Rfc2136Connection build() {
            if (keyName == null || secret == null) {
                throw new IllegalArgumentException("A key is needed: " + host + " must know who changes its zones.");
            }
            if (host.isBlank() || port < 1 || port > 65_535) {
                throw new IllegalArgumentException("'" + host + "', port " + port + ", is no server's address.");
            }
            if (!ALGORITHMS.contains(algorithm)) {
                throw new IllegalArgumentException("The algorithm '" + algorithm
                        + "' is too weak or unknown; use hmac-sha256, " + "hmac-sha384 or hmac-sha512.");
            }
            if (deadline.toMillis() < 1) {
                throw new IllegalArgumentException("deadline must be positive, but is " + deadline);
            }
            return new Rfc2136Connection(host, port, keyName, algorithm, secret, deadline, clock);
        }
    }
}
