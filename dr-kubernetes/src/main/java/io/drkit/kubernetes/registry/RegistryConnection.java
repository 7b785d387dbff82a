package io.drkit.kubernetes.registry;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a site's registry is reached. Shows no credentials.
 *
 * @param url {@code https://registry.example.com:11443}, or {@code http://}
 * @param user who logs in; {@code null} for nobody
 * @param password asked for at each log-in
 * @param authority PEM file of the authorities that its certificate is checked against; {@code null} is the JDK's own
 * @param serves the hosts in images' names that this registry stands for, {@code docker.io} say; empty for all
 * @param deadline of each image, with all requests that it takes; by default 20 s
 * @param parallel how many images are asked for at a time; by default 8
 */
public record RegistryConnection(
        URI url,
        @Nullable String user,
        @Nullable Supplier<char[]> password,
        @Nullable Path authority,
        List<String> serves,
        Duration deadline,
        int parallel) {

    /** @throws IllegalArgumentException when something makes no sense */
    public RegistryConnection {
        serves = List.copyOf(serves);
        require(
                ("https".equals(url.getScheme()) || "http".equals(url.getScheme())) && url.getHost() != null,
                "A registry's URL looks like https://registry.example.com:11443.");
        require(url.getUserInfo() == null, "A registry's URL holds no credentials: name user and password apart.");
        require((user == null) == (password == null), "A registry's user goes with a password.");
        require(deadline.toMillis() > 0, "The deadline of a registry must be positive.");
        require(parallel >= 1 && parallel <= 64, "A registry is asked for 1 to 64 images at a time.");
    }

    /** Starts the description of a connection. */
    public static Builder to(URI url) {
        return new Builder(url);
    }

    /** Whether it stands for the host in an image's name. */
    boolean serves(ImageReference image) {
        return serves.isEmpty() || serves.contains(image.host()) || image.host().equals(url.getAuthority());
    }

    @Override
    public String toString() {
        return "registry " + url;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects the options of a {@link RegistryConnection}. Not thread-safe. */
    public static final class Builder {

        private final URI url;
        private @Nullable String user;
        private @Nullable Supplier<char[]> password;
        private @Nullable Path authority;
        private List<String> serves = List.of();
        private Duration deadline = Duration.ofSeconds(20);
        private int parallel = 8;

        private Builder(URI url) {
            this.url = url;
        }

        /** Who logs in. Default: nobody. */
        public Builder user(String user, Supplier<char[]> password) {
            this.user = user;
            this.password = password;
            return this;
        }

        /** PEM file of the authorities that its certificate is checked against. Default: the JDK's own. */
        public Builder authority(Path authority) {
            this.authority = authority;
            return this;
        }

        /** The hosts in images' names that it stands for, beside its own. Default: all. */
        public Builder serves(List<String> hosts) {
            this.serves = hosts;
            return this;
        }

        /** Of each image. Default: 20 s. */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** How many images at a time. Default: 8. */
        public Builder parallel(int parallel) {
            this.parallel = parallel;
            return this;
        }

        /** @throws IllegalArgumentException when something makes no sense */
        public RegistryConnection build() {
            return new RegistryConnection(url, user, password, authority, serves, deadline, parallel);
        }
    }
}
