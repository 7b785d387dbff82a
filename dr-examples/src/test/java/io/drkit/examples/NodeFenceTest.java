package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.testkit.ssh.OpenSshServer;
import io.drkit.testkit.ssh.SshKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code drkit node close} and {@code open} on real OpenSSH servers. Those in this machine's own network close nothing; what closing does to
 * connections is PortFenceTest's, in dr-testkit.
 */
class NodeFenceTest {

    /** Should something be closed here against all intent, nobody misses it. */
    private static final String UNUSED = "4";

    private OpenSshServer east;
    private OpenSshServer west;

    @TempDir
    Path folder;

    @BeforeEach
    void start() {
        east = OpenSshServer.builder().start();
        west = OpenSshServer.builder().start();
    }

    @AfterEach
    void stop() {
        east.close();
        west.close();
    }

    @Test
    void a_dry_run_tells_how_it_is_and_what_would_be_done() throws IOException {
        assumeFirewall();
        String config = config();
        Cli text = drkit(
                "node", "close", "--config", config, "--at", "primary", "--allow", "10.9.8.0/24,fd00::7", "--dry-run");
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out().lines())
                .containsExactly(
                        "primary " + name(east) + ": open",
                        "primary " + name(west) + ": open",
                        "Nothing was changed: this is a dry run. Port 2379 would be closed to all but 10.9.8.0/24, fd00::7.");

        JsonNode json = drkit(
                        "node",
                        "open",
                        "--config",
                        config,
                        "--at",
                        "primary",
                        "--port",
                        "2381",
                        "--dry-run",
                        "--output",
                        "json")
                .json();
        assertThat(json.path("port").asInt()).isEqualTo(2381);
        assertThat(json.path("wanted").asText()).isEqualTo("open");
        assertThat(json.path("dryRun").asBoolean()).isTrue();
        assertThat(json.path("nodes")).hasSize(2);
        assertThat(json.path("nodes").get(0).path("state").asText()).isEqualTo("open");
        assertThat(json.path("nodes").get(1).path("node").asText()).isEqualTo(name(west));
    }

    @Test
    void a_node_that_cannot_be_reached_does_not_hide_the_others() throws IOException {
        assumeFirewall();
        String config = config();
        west.stop();
        Cli text = drkit("node", "open", "--config", config, "--at", "primary", "--dry-run");
        assertThat(text.code()).isEqualTo(4);
        assertThat(text.out()).contains(name(east) + ": open", name(west) + " refuses the connection");

        east.stop();
        Cli closing =
                drkit("node", "close", "--config", config, "--at", "primary", "--port", UNUSED, "--output", "json");
        assertThat(closing.code()).isEqualTo(4);
        assertThat(closing.json().path("survivesRestart").asBoolean()).isFalse();
        assertThat(closing.json().path("nodes")).hasSize(2).allSatisfy(node -> {
            assertThat(node.path("state").isNull()).isTrue();
            assertThat(node.path("error").asText()).contains("refuses the connection");
        });
        assertThat(drkit("node", "close", "--config", config, "--at", "primary", "--port", UNUSED)
                        .out())
                .contains("a node that restarts, or whose firewall is loaded anew, is open");
    }

    @Test
    void a_node_that_is_not_the_one_it_was_is_refused() throws IOException {
        String config = config();
        east.changeHostKeys();
        Cli closed = drkit("node", "close", "--config", config, "--at", "primary", "--dry-run");
        assertThat(closed.code()).isEqualTo(5);
        assertThat(closed.out()).contains("knows another one");
    }

    @Test
    void one_site_must_be_named() throws IOException {
        for (String verb : new String[] {"close", "open"}) {
            Cli none = drkit("node", verb, "--config", config(), "--dry-run");
            assertThat(none.code()).isEqualTo(2);
            assertThat(none.err()).contains("Missing required option '--at'");
            assertThat(drkit("node", verb, "--config", config(), "--at", "primary,primary", "--dry-run")
                            .code())
                    .isEqualTo(2);
            assertThat(drkit("node", verb, "--at", "primary").err()).contains("'--config'");
            assertThat(drkit("node", verb, "--config", config(), "--at", "moon").err())
                    .contains("No nodes of 'moon'");
        }
    }

    @Test
    void what_cannot_be_meant_is_told_before_anything_is_done() throws IOException {
        String config = config();
        Cli name =
                drkit("node", "close", "--config", config, "--at", "primary", "--allow", "10.0.0.1,cp-2", "--dry-run");
        assertThat(name.code()).isEqualTo(2);
        assertThat(name.err()).contains("--allow: \"cp-2\" is neither an IP address nor a range");
        Cli all = drkit("node", "close", "--config", config, "--at", "primary", "--allow", "0.0.0.0/0", "--dry-run");
        assertThat(all.code()).isEqualTo(2);
        assertThat(drkit("node", "close", "--config", config, "--at", "primary", "--port", "0", "--dry-run")
                        .code())
                .isEqualTo(2);
        Cli lockout =
                drkit("node", "close", "--config", config, "--at", "primary", "--port", "" + east.port(), "--dry-run");
        assertThat(lockout.code()).isEqualTo(2);
        assertThat(lockout.err()).contains("is how a node is reached");

        Path unknown = Files.writeString(folder.resolve("unknown.yaml"), """
                sites: {}
                nodes: {primary: {hosts: [cp-1.invalid], password: hunter2}}
                """);
        Cli unresolved = drkit("node", "close", "--config", unknown.toString(), "--at", "primary", "--dry-run");
        assertThat(unresolved.code()).isEqualTo(2);
        assertThat(unresolved.err()).contains("cp-1.invalid", "does not resolve. Nothing was changed.");
    }

    @Test
    void closes_and_opens_a_node_by_ssh() throws IOException, InterruptedException {
        assumeFirewall();
        Path told = folder.resolve("told");
        // The command line and the node, in a network of their own.
        Process apart = new ProcessBuilder(
                        "unshare",
                        "-n",
                        "sh",
                        "-c",
                        "ip link set lo up || exit 99; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeFenceStory.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        try {
            assertThat(apart.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            apart.destroyForcibly();
        }
        assumeTrue(apart.exitValue() != 99, "No network namespaces can be had here.");
        assertThat(Files.readString(told).lines().filter(line -> line.startsWith("> ")))
                .as(Files.readString(told))
                .containsExactly(
                        "> 0 primary root@127.0.0.1: closed to all but 10.0.0.1, fd00::/64",
                        "> table inet drkit_2379",
                        "> 0 primary root@127.0.0.1: closed to all but 10.0.0.1, fd00::/64",
                        "> 0 primary root@127.0.0.1: open",
                        "> ");
    }

    private static void assumeFirewall() {
        assumeTrue("root".equals(System.getProperty("user.name")), "Rules are read by root.");
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "nftables is missing: run script/setup.");
    }

    private String config() throws IOException {
        west.authorize(SshKeys.publicKey(east.clientKey()));
        String known = Files.readString(east.knownHosts()) + Files.readString(west.knownHosts());
        String nodes = """
                sites: {}
                nodes:
                  primary: {hosts: ["127.0.0.1:%d", "127.0.0.1:%d"], user: %s, key: %s, known-hosts: %s}
                """.formatted(
                        east.port(),
                        west.port(),
                        east.user(),
                        east.clientKey(),
                        Files.writeString(folder.resolve("known_hosts"), known));
        return Files.writeString(folder.resolve("drkit.yaml"), nodes).toString();
    }

    private static String name(OpenSshServer server) {
        return server.user() + "@127.0.0.1:" + server.port();
    }
}
