package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.drkit.ssh.SshConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A site's control-plane nodes in a {@link ConfigFile}, all reached in the same way.
 *
 * @param hosts names or addresses, with a port where it is not 22
 * @param user who logs in; root where nobody is named
 * @param agent whether the agent of {@code SSH_AUTH_SOCK} is asked
 * @param password best taken from the environment; so are the other two
 * @param sudo whether commands run as root by sudo
 * @param jump a host to go through, as {@code user@host:port} of which only the host is needed
 */
record NodeSettings(
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> hosts,

        @Nullable String user,
        @Nullable Path key,
        @Nullable String passphrase,
        boolean agent,
        @Nullable String password,
        @JsonProperty("password-file") @Nullable Path passwordFile,
        boolean sudo,
        @JsonProperty("sudo-password") @Nullable String sudoPassword,
        @JsonProperty("known-hosts") @Nullable Path knownHosts,
        @Nullable String jump) {

    private static final Pattern PLACE = Pattern.compile(
            "(?:(?<user>[^@\\s]+)@)?(?:\\[(?<v6>[0-9a-fA-F:.%]+)]|(?<host>[^:@\\s\\[\\]]+))(?::(?<port>\\d{1,5}))?");

    NodeSettings relativeTo(UnaryOperator<@Nullable Path> resolve) {
        return new NodeSettings(
                hosts,
                user,
                resolve.apply(key),
                passphrase,
                agent,
                password,
                resolve.apply(passwordFile),
                sudo,
                sudoPassword,
                resolve.apply(knownHosts),
                jump);
    }

    /** @throws IllegalArgumentException in one sentence, when something is missing or malformed */
    List<SshConnection> connections(String site) {
        if (hosts == null || hosts.isEmpty()) {
            throw new IllegalArgumentException("The nodes of " + site + " have no hosts: nodes: {" + site
                    + ": {hosts: [10.0.0.11, 10.0.0.12], user: root, key: FILE}}");
        }
        return hosts.stream().map(host -> connection(host).build()).toList();
    }

    private SshConnection.Builder connection(String text) {
        SshConnection.Builder to = login(text);
        if (sudo || sudoPassword != null) {
            if (sudoPassword == null) {
                to.sudo();
            } else {
                to.sudo(sudoPassword::toCharArray);
            }
        }
        if (jump != null) {
            to.jump(login(jump).build());
        }
        return to;
    }

    private SshConnection.Builder login(String text) {
        Matcher place = PLACE.matcher(text);
        if (!place.matches()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is no node: it must look like 10.0.0.11, cp-1:2222, [2001:db8::1]:22 or user@host.");
        }
        String named = place.group("user") != null ? place.group("user") : user;
        String host = place.group("v6") != null ? place.group("v6") : place.group("host");
        SshConnection.Builder to = SshConnection.to(named == null ? "root" : named, host);
        if (place.group("port") != null) {
            to.port(Integer.parseInt(place.group("port")));
        }
        if (key != null) {
            to.key(key, passphrase == null ? null : passphrase::toCharArray);
        }
        if (agent) {
            to.agent(agentSocket());
        }
        Supplier<char[]> secret = loginPassword();
        if (secret != null) {
            to.password(secret);
        }
        if (knownHosts != null) {
            to.knownHosts(knownHosts);
        }
        return to;
    }

    private static Path agentSocket() {
        String socket = System.getenv("SSH_AUTH_SOCK");
        if (socket == null || socket.isEmpty()) {
            throw new IllegalArgumentException("An SSH agent is to be asked, but SSH_AUTH_SOCK names none.");
        }
        return Path.of(socket);
    }

    private @Nullable Supplier<char[]> loginPassword() {
        Path file = passwordFile;
        if (file == null) {
            return password == null ? null : password::toCharArray;
        }
        return () -> {
            try {
                return Files.readString(file).stripTrailing().toCharArray();
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "Cannot read the password file " + file + ": is it there, and may you read it?");
            }
        };
    }

    @Override
    public String toString() {
        return "nodes " + hosts;
    }
}
