package io.drkit.etcd;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How to reach an etcd: made by {@link #to}, handed to {@link EtcdKeyStore#connect}.
 *
 * @param endpoints client URLs of one cluster, {@code http} or {@code https}; one that works is enough
 * @param authority PEM file of the authorities that the server's certificate is checked against; {@code null} is the JDK's own
 * @param certificate PEM file of the certificate shown to the server, if any
 * @param key PEM file of the certificate's private key: PKCS#8, PKCS#1 or SEC1, not encrypted
 * @param user who logs in, if anyone
 * @param password asked at each log-in; what it returns is overwritten after use
 * @param deadline of each call
 * @param connectTimeout of {@link EtcdKeyStore#connect}
 */
public record EtcdConnection(
        List<URI> endpoints,
        @Nullable Path authority,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable String user,
        @Nullable Supplier<char[]> password,
        Duration deadline,
        Duration connectTimeout) {

    private static final int DEFAULT_PORT = 2379;

    /** @throws IllegalArgumentException in one sentence, when the parts do not fit together or a file cannot be read */
    public EtcdConnection {
        endpoints = List.copyOf(endpoints);
        require(!endpoints.isEmpty(), "No etcd endpoint was given.");
        require(deadline.toMillis() > 0 && connectTimeout.toMillis() > 0, "An etcd deadline must be positive.");
        require((certificate == null) == (key == null), "A client certificate and its key must be given together.");
        require((user == null) == (password == null), "An etcd user and its password must be given together.");
        boolean files = authority != null || certificate != null;
        require(
                !files || endpoints.stream().anyMatch(EtcdConnection::isTls),
                "Certificates were given, but no etcd endpoint begins with https://.");
        requireReadable("CA", authority);
        requireReadable("client certificate", certificate);
        requireReadable("client key", key);
    }

    /**
     * Starts the description of a connection.
     *
     * @param endpoints such as {@code https://etcd-1:2379}; without a port, 2379
     * @throws IllegalArgumentException when one is malformed
     */
    public static Builder to(String... endpoints) {
        return to(List.of(endpoints));
    }

    /** As {@link #to(String...)}. */
    public static Builder to(List<String> endpoints) {
        return new Builder(endpoints.stream().map(EtcdConnection::endpoint).toList());
    }

    static boolean isTls(URI endpoint) {
        return "https".equals(endpoint.getScheme());
    }

    String name() {
        return endpoints.stream().map(URI::toString).collect(Collectors.joining(","));
    }

    /** Shows neither the password nor where it comes from. */
    @Override
    public String toString() {
        return "EtcdConnection[" + name() + (user == null ? "" : ", user " + user) + "]";
    }

    private static URI endpoint(String text) {
        // The text is not repeated where it may hold a password.
        require(!text.contains("@"), "An etcd endpoint must not hold user or password: give them separately.");
        try {
            URI uri = new URI(text);
            String path = uri.getPath();
            boolean bare = (path == null || path.isEmpty() || path.equals("/"))
                    && uri.getQuery() == null
                    && uri.getFragment() == null;
            if (uri.getHost() != null
                    && bare
                    && ("http".equals(uri.getScheme()) || isTls(uri))
                    && uri.getPort() <= 65535) {
                int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
                return new URI(uri.getScheme(), null, uri.getHost(), port, null, null, null);
            }
        } catch (URISyntaxException e) {
            // The sentence below tells.
        }
        throw new IllegalArgumentException("The etcd endpoint \"" + text
                + "\" is malformed: it must look like http://host:2379 or https://host:2379.");
    }

    private static void requireReadable(String what, @Nullable Path file) {
        require(
                file == null || (Files.isReadable(file) && Files.isRegularFile(file)),
                "The " + what + " file " + file + " does not exist or cannot be read.");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects the options of an {@link EtcdConnection}. Not thread-safe. */
    public static final class Builder {

        private final List<URI> endpoints;
        private @Nullable Path authority;
        private @Nullable Path certificate;
        private @Nullable Path key;
        private @Nullable String user;
        private @Nullable Supplier<char[]> password;
        private Duration deadline = Duration.ofSeconds(5);
        private Duration connectTimeout = Duration.ofSeconds(5);

        private Builder(List<URI> endpoints) {
            this.endpoints = endpoints;
        }

        /** PEM file of the authorities to trust. Default: the JDK's. */
        public Builder authority(Path file) {
            this.authority = file;
            return this;
        }

        /** PEM files of the certificate to show, and of its key. Default: none. */
        public Builder clientCertificate(Path certificate, Path key) {
            this.certificate = certificate;
            this.key = key;
            return this;
        }

        /** Who logs in. The supplier must return a new array each time: it is overwritten after use. Default: nobody. */
        public Builder user(String user, Supplier<char[]> password) {
            this.user = user;
            this.password = password;
            return this;
        }

        /** Of each call. Default: 5 s. */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** Of connecting. Default: 5 s. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = connectTimeout;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when the options do not fit together or a file cannot be read */
        public EtcdConnection build() {
            return new EtcdConnection(endpoints, authority, certificate, key, user, password, deadline, connectTimeout);
        }
    }
}
