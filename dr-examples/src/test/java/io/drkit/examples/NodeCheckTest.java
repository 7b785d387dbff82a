package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit node check} on real OpenSSH servers. */
class NodeCheckTest {

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
    void tells_the_facts_of_every_node_as_text_and_as_json() throws IOException {
        String config = config();
        // What is too full or too far off depends on the machine the tests run on: here, nothing is.
        Cli text = drkit("node", "check", "--config", config, "--min-free", "0");
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out())
                .contains("primary " + name(east) + ": reachable", "standby " + name(west) + ": reachable")
                .contains("host " + InetAddress.getLocalHost().getHostName(), "% of", "clock ");

        JsonNode json = drkit(
                        "node", "check", "--at", "standby", "--config", config, "--output", "json", "--min-free", "0")
                .json();
        assertThat(json.path("nodes")).hasSize(1);
        JsonNode node = json.path("nodes").get(0);
        assertThat(node.path("site").asText()).isEqualTo("standby");
        assertThat(node.path("reachable").asBoolean()).isTrue();
        assertThat(node.path("facts").path("kernel").asText()).isEqualTo(System.getProperty("os.version"));
        assertThat(node.path("facts").path("disks").get(0).path("freeBytes").asLong())
                .isPositive();
        assertThat(node.path("facts").path("clockSkewSeconds").asDouble()).isBetween(-5.0, 5.0);
    }

    @Test
    void what_is_wanting_is_told_with_its_exit_code() throws IOException {
        Cli full = drkit("node", "check", "--config", config(), "--min-free", "101");
        assertThat(full.code()).isEqualTo(3);
        assertThat(full.out()).contains("WANTING: only");
    }

    @Test
    void a_node_that_cannot_be_reached_does_not_hide_the_others() throws IOException {
        String config = config();
        west.stop();
        Cli checked = drkit("node", "check", "--config", config, "--min-free", "0");
        assertThat(checked.code()).isEqualTo(4);
        assertThat(checked.out()).contains(name(east) + ": reachable", name(west) + " refuses the connection");
    }

    @Test
    void a_node_that_is_not_the_one_it_was_is_refused() throws IOException {
        String config = config();
        east.changeHostKeys();
        Cli checked = drkit("node", "check", "--config", config, "--min-free", "0");
        assertThat(checked.code()).isEqualTo(5);
        assertThat(checked.out()).contains("knows another one", name(west) + ": reachable");
    }

    @Test
    void bad_configuration_is_told() throws IOException {
        assertThat(drkit("node", "check").code()).isEqualTo(2);
        assertThat(drkit("node", "check", "--config", config(), "--at", "moon").err())
                .contains("No nodes of 'moon'");
        Path none = Files.writeString(folder.resolve("none.yaml"), "sites: {}\n");
        assertThat(drkit("node", "check", "--config", none.toString()).err()).contains("names no nodes");
        Path wrong = Files.writeString(
                folder.resolve("wrong.yaml"), "sites: {}\nnodes: {primary: {hosts: 'a b', password: hunter2}}\n");
        Cli malformed = drkit("node", "check", "--config", wrong.toString());
        assertThat(malformed.code()).isEqualTo(2);
        assertThat(malformed.err()).contains("\"a b\" is no node").doesNotContain("hunter2");
    }

    private String config() throws IOException {
        String nodes = """
                sites: {}
                nodes:
                  primary: {hosts: "127.0.0.1:%d", user: %s, key: %s, known-hosts: %s}
                  standby: {hosts: ["127.0.0.1:%d"], user: %s, key: %s, known-hosts: %s}
                """.formatted(
                        east.port(),
                        east.user(),
                        east.clientKey(),
                        east.knownHosts(),
                        west.port(),
                        west.user(),
                        west.clientKey(),
                        west.knownHosts());
        return Files.writeString(folder.resolve("drkit.yaml"), nodes).toString();
    }

    private static String name(OpenSshServer server) {
        return server.user() + "@127.0.0.1:" + server.port();
    }
}
