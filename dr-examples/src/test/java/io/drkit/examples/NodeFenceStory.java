package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;

import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that {@link NodeFenceTest} starts in a network namespace: closes a node that is there, too, and opens it, and tells what it saw. */
final class NodeFenceStory {

    private NodeFenceStory() {}

    public static void main(String[] folder) throws IOException {
        try (OpenSshServer node = OpenSshServer.builder().start()) {
            String config = Files.writeString(Path.of(folder[0], "apart.yaml"), """
                    sites: {}
                    nodes: {primary: {hosts: "127.0.0.1:%d", user: root, key: %s, known-hosts: %s}}
                    """.formatted(
                                    node.port(), node.clientKey(), node.knownHosts()))
                    .toString();
            String port = ":" + node.port();
            tell(drkit("node", "close", "--config", config, "--at", "primary", "--allow", "10.0.0.1,fd00::/64"), port);
            tables();
            tell(drkit("node", "close", "--config", config, "--at", "primary", "--dry-run"), port);
            tell(drkit("node", "open", "--config", config, "--at", "primary"), port);
            tables();
        }
    }

    private static void tell(Cli ended, String port) {
        System.out.println("> " + ended.code() + " "
                + ended.out().replace(port, "").lines().findFirst().orElse("") + "\n" + ended.err());
    }

    private static void tables() throws IOException {
        Process nft = new ProcessBuilder("nft", "list", "tables")
                .redirectErrorStream(true)
                .start();
        System.out.println(
                "> " + new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8).stripTrailing());
    }
}
