package io.drkit.ssh;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a node by SSH: made by {@link #to}, handed to {@link SshNodeAccess}.
 *
 * <p>Passwords and passphrases are asked for when they are needed; what a supplier returns is overwritten after use, so it must return a new array
 * each time. None is ever part of a command.
 *
 * @param host name or address, as it stands in {@code known_hosts}
 * @param port 22 by default
 * @param user who logs in
 * @param keys private keys: ed25519, ecdsa or rsa
 * @param agent socket of an SSH agent, if one is to be asked
 * @param password to log in with, if that is to be tried
 * @param sudo how commands become root's, if they shall
 * @param jump the host to go through, if any
 * @param knownHosts the files that host keys are looked up in; those that are missing count as empty
 * @param connectTimeout of connecting and logging in; 10 s by default
 * @param keepAlive how often a silent node is asked whether it is still there; the connection is given up when it does not answer three times.
 *     15 s by default
 */
public record SshConnection(
        String host,
        int port,
        String user,
        List<Key> keys,
        @Nullable Path agent,
        @Nullable Supplier<char[]> password,
        @Nullable Sudo sudo,
        @Nullable SshConnection jump,
        List<Path> knownHosts,
        Duration connectTimeout,
        Duration keepAlive) {

    private static final Pattern WORD = Pattern.compile("[^\\s@-][^\\s@]*");

    /**
     * A private key.
     *
     * @param file in OpenSSH's or PEM form
     * @param passphrase if it is encrypted
     */
    public record Key(Path file, @Nullable Supplier<char[]> passphrase) {

        /** Shows where it lies. */
        @Override
        public String toString() {
            return file.toString();
        }
    }

    /**
     * That commands run as root, by {@code sudo}.
     *
     * @param password given to sudo when it asks, on its standard input; null where it does not ask
     */
    public record Sudo(@Nullable Supplier<char[]> password) {

        /** Shows whether there is a password. */
        @Override
        public String toString() {
            return password == null ? "sudo" : "sudo with password";
        }
    }

    /** @throws IllegalArgumentException in one sentence, when something does not fit */
    public SshConnection {
        keys = List.copyOf(keys);
        knownHosts = List.copyOf(knownHosts);
        require(WORD.matcher(host).matches(), "The host \"" + host + "\" is no name or address of a node.");
        require(port > 0 && port < 65536, "The SSH port of " + host + " must lie between 1 and 65535.");
        require(WORD.matcher(user).matches(), "The SSH user of " + host + " is missing or malformed.");
        require(
                !keys.isEmpty() || agent != null || password != null,
                "Nothing was given to log in to " + host + " with: give a key, an agent or a password.");
        for (Key key : keys) {
            require(
                    Files.isRegularFile(key.file()) && Files.isReadable(key.file()),
                    "The SSH key " + key.file() + " does not exist or cannot be read.");
        }
        require(!knownHosts.isEmpty(), "A known_hosts file is needed to know " + host + " by.");
        require(
                connectTimeout.toMillis() > 0 && keepAlive.toMillis() > 0,
                "Connect timeout and keep-alive of " + host + " must be positive.");
    }

    /** Starts the description of a connection. */
    public static Builder to(String user, String host) {
        return new Builder(user, host);
    }

    String name() {
        return user + "@" + host + (port == 22 ? "" : ":" + port);
    }

    /** Shows no secret. */
    @Override
    public String toString() {
        return "SshConnection[" + name() + ", keys " + keys + (sudo == null ? "" : ", " + sudo)
                + (jump == null ? "" : ", by way of " + jump.name()) + "]";
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects the options of an {@link SshConnection}. Not thread-safe. */
    public static final class Builder {

        private final String user;
        private final String host;
        private final List<Key> keys = new ArrayList<>();
        private int port = 22;
        private @Nullable Path agent;
        private @Nullable Supplier<char[]> password;
        private @Nullable Sudo sudo;
        private @Nullable SshConnection jump;
        private List<Path> knownHosts = List.of(
                Path.of(System.getProperty("user.home"), ".ssh", "known_hosts"), Path.of("/etc/ssh/ssh_known_hosts"));
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration keepAlive = Duration.ofSeconds(15);

        private Builder(String user, String host) {
            this.user = user;
            this.host = host;
        }

        /** Default: 22. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** A private key that is not encrypted. May be called several times. */
        public Builder key(Path file) {
            keys.add(new Key(file, null));
            return this;
        }

        /** A private key, and what it is encrypted with, if it is. May be called several times. */
        public Builder key(Path file, @Nullable Supplier<char[]> passphrase) {
            keys.add(new Key(file, passphrase));
            return this;
        }

        /** An SSH agent, by its socket ({@code SSH_AUTH_SOCK}). Default: none is asked. */
        public Builder agent(Path socket) {
            this.agent = socket;
            return this;
        }

        /** The password to log in with. Default: none is tried. */
        public Builder password(Supplier<char[]> password) {
            this.password = password;
            return this;
        }

        /** Commands run as root, by a sudo that asks for no password. Default: as the user who logged in. */
        public Builder sudo() {
            this.sudo = new Sudo(null);
            return this;
        }

        /** Commands run as root, by sudo and this password. Default: as the user who logged in. */
        public Builder sudo(Supplier<char[]> password) {
            this.sudo = new Sudo(password);
            return this;
        }

        /** The host to go through; its own sudo does not matter. Default: none. */
        public Builder jump(SshConnection host) {
            this.jump = host;
            return this;
        }

        /** The files that host keys are looked up in. Default: {@code ~/.ssh/known_hosts} and {@code /etc/ssh/ssh_known_hosts}. */
        public Builder knownHosts(Path... files) {
            this.knownHosts = List.of(files);
            return this;
        }

        /** Of connecting and logging in. Default: 10 s. */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = timeout;
            return this;
        }

        /** How often a silent node is asked whether it is still there. Default: 15 s. */
        public Builder keepAlive(Duration interval) {
            this.keepAlive = interval;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when something does not fit */
        public SshConnection build() {
            return new SshConnection(
                    host, port, user, keys, agent, password, sudo, jump, knownHosts, connectTimeout, keepAlive);
        }
    }
}
