package io.drkit.node;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.keystore.Bytes;
import io.drkit.testkit.LocalNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network namespace as a node: interfaces, firewall and listening programs of its own, on this machine's files. It lasts as long as a process that
 * reads from this JVM, so nothing of it outlives the JVM, however that ends.
 */
final class NetworkNode implements NodeAccess {

    /** What a program that is missing is on a node that hides it. */
    private static final String HIDE =
            "for each in $HIDE; do mount --bind /dev/null \"$each\" || exit 99; done; exec \"$@\"";

    /** Puts iptables as old nodes have it in the place of the one on top of nftables. */
    private static final String LEGACY =
            "mount --bind /usr/sbin/xtables-legacy-multi /usr/sbin/xtables-nft-multi || exit 99; " + HIDE;

    /** Leaves iptables without what it has for IPv6. */
    private static final String V4_ONLY = "mount -t tmpfs none /etc/alternatives"
            + " && ln -s /usr/sbin/iptables-nft-save /etc/alternatives/iptables-save"
            + " && ln -s /usr/sbin/iptables-nft-restore /etc/alternatives/iptables-restore || exit 99; " + HIDE;

    /** Which firewall it has. */
    enum Firewall {
        NFT("", HIDE),
        IPTABLES_ON_NFT("/usr/sbin/nft", HIDE),
        IPTABLES_LEGACY("/usr/sbin/nft", LEGACY),
        IPTABLES_V4_ONLY("/usr/sbin/nft", V4_ONLY),
        NONE("/usr/sbin/nft /usr/sbin/xtables-nft-multi", HIDE);

        private final String hidden;
        private final String script;

        Firewall(String hidden, String script) {
            this.hidden = hidden;
            this.script = script;
        }
    }

    private final Process holder;
    private final LocalNode local;
    private Firewall firewall = Firewall.NFT;
    private final List<Process> peers = new ArrayList<>();

    /** Skips the test, and says why, where there can be none. */
    static void assumePossible() {
        assumeTrue("root".equals(System.getProperty("user.name")), "Network namespaces are made by root.");
        assumeTrue(
                Stream.of("/usr/sbin/nft", "/usr/sbin/xtables-nft-multi", "/usr/sbin/ip")
                        .allMatch(program -> Files.isExecutable(Path.of(program))),
                "nftables, iptables or iproute2 is missing: run script/setup.");
        try (NetworkNode node = new NetworkNode("probe")) {
            node.sh("nft list tables && ip link add probe0 type veth peer name probe1");
        } catch (IllegalStateException e) {
            assumeTrue(false, "No network namespaces, cables or nftables can be had here: " + e.getMessage());
        }
    }

    NetworkNode(String name) {
        this.local = new LocalNode(name);
        this.holder = start(List.of("unshare", "-n", "sh", "-c", "echo; exec cat >/dev/null"));
        try {
            // From now on it is in its namespace.
            holder.getInputStream().read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sh("ip link set lo up");
    }

    /** Joins two nodes by a cable; addresses are added by {@link #sh}. */
    void cable(NetworkNode other, String name) {
        sh("ip link add " + name + " type veth peer name " + name + " netns " + other.holder.pid() + " && ip link set "
                + name + " up");
        other.sh("ip link set " + name + " up");
    }

    /** Runs a script on it, past what is hidden, and returns what it printed. */
    String sh(String script) {
        CommandResult result = local.run(new NodeCommand(
                script, inside(List.of("sh", "-c", script)), Bytes.EMPTY, Duration.ofSeconds(20), 1 << 20));
        if (!result.succeeded()) {
            throw new IllegalStateException(script + " failed: " + result.errText() + result.outText());
        }
        return result.outText();
    }

    /** Takes away and installs until it has this one. By default it has both. */
    void firewall(Firewall other) {
        firewall = other;
    }

    /** Starts a {@link Peer} on it. */
    Program peer() {
        Process peer = start(inside(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Peer.class.getName())));
        peers.add(peer);
        return new Program(peer.outputWriter(StandardCharsets.US_ASCII), peer.inputReader(StandardCharsets.US_ASCII));
    }

    /** A {@link Peer} that runs. */
    record Program(BufferedWriter in, BufferedReader out) {

        String ask(String command) {
            try {
                in.write(command + "\n");
                in.flush();
                return String.valueOf(out.readLine());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public String name() {
        return local.name();
    }

    @Override
    public CommandResult run(NodeCommand command) {
        List<String> arguments =
                new ArrayList<>(List.of("unshare", "-m", "--propagation", "private", "env", "HIDE=" + firewall.hidden));
        arguments.addAll(List.of("sh", "-c", firewall.script, "sh"));
        arguments.addAll(command.arguments());
        return local.run(new NodeCommand(
                command.title(), inside(arguments), command.input(), command.deadline(), command.outputLimit()));
    }

    private List<String> inside(List<String> arguments) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(holder.pid()), "-n", "--"));
        all.addAll(arguments);
        return all;
    }

    private static Process start(List<String> command) {
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends everything that runs on it, and with it the namespace. */
    @Override
    public void close() {
        peers.forEach(Process::destroyForcibly);
        holder.destroyForcibly();
    }
}
