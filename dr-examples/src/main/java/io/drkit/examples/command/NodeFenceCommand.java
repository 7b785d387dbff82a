package io.drkit.examples.command;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.node.AddressRange;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeGroup;
import io.drkit.node.NodeOutcome;
import io.drkit.node.NodeOutcome.Done;
import io.drkit.node.NodeOutcome.Failed;
import io.drkit.node.PortFence;
import io.drkit.node.PortState;
import io.drkit.node.PortState.Closed;
import io.drkit.node.PortState.Unclear;
import io.drkit.ssh.SshConnection;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit node close} and {@code drkit node open}: etcd's port for clients on all control-plane nodes of a site. */
abstract class NodeFenceCommand extends SiteCommand.OfNodes {

    @Option(names = "--port", paramLabel = "PORT", description = "The TCP port. Default: 2379, etcd's for clients.")
    private int port = PortFence.ETCD_CLIENT_PORT;

    @Option(names = "--dry-run", description = "Only looks whether it is open, and says what would be done.")
    private boolean dryRun;

    @Override
    protected final boolean takesAllSites() {
        return false;
    }

    @Override
    protected final int run(NodeGroup nodes, List<String> siteOf) {
        PortFence fence = new PortFence(port);
        if (connections().stream().anyMatch(to -> to.port() == port)) {
            throw usage("--port " + port + " is how a node is reached: closed, it could not be opened again");
        }
        PortState wanted = wanted();
        List<NodeOutcome<PortState>> outcomes =
                nodes.each(node -> dryRun ? look(fence, node) : make(fence, node, wanted));
        List<Node> results = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            results.add(Node.of(siteOf.get(i), outcomes.get(i)));
        }
        output().result(new Result(port, Node.word(wanted), Node.allowed(wanted), dryRun, false, results), out -> {
            outcomes.forEach(outcome -> print(siteOf.get(0), outcome, out));
            if (dryRun) {
                out.println("Nothing was changed: this is a dry run. Port " + port + " would be " + wanted + ".");
            } else if (wanted instanceof Closed) {
                out.println(
                        "Not for ever: a node that restarts, or whose firewall is loaded anew, is open. Look with --dry-run.");
            }
        });
        return outcomes.stream()
                .mapToInt(outcome ->
                        outcome instanceof Failed<PortState> failed ? ExitCodes.of(failed.failure()) : ExitCodes.DONE)
                .max()
                .orElse(ExitCodes.DONE);
    }

    /** What the port shall be; resolves what must be resolved. */
    abstract PortState wanted();

    private PortState look(PortFence fence, NodeAccess node) {
        return fence.state(node, deadline());
    }

    private PortState make(PortFence fence, NodeAccess node, PortState wanted) {
        if (wanted instanceof Closed closed) {
            return fence.close(node, closed.allowed(), deadline());
        }
        fence.open(node, deadline());
        return wanted;
    }

    private static void print(String site, NodeOutcome<PortState> outcome, PrintWriter out) {
        String became = outcome instanceof Failed<PortState> failed
                ? String.valueOf(failed.failure().getMessage())
                : ((Done<PortState>) outcome).value().toString();
        out.println(site + " " + outcome.node() + ": " + became);
    }

    @Command(
            name = "close",
            description =
                    "Closes etcd's port for clients on all control-plane nodes of a site to everybody but these nodes: what mirrors from"
                            + " there or writes to it is cut off, connections that are open included. Lasts until the node restarts or"
                            + " its firewall is loaded anew. Exit code 0: closed on all, 4: a node cannot be reached or it is not"
                            + " known, 5: refused; then it is closed on the others.")
    static final class Close extends NodeFenceCommand {

        @Option(
                names = "--allow",
                paramLabel = "ADDRESS",
                split = ",",
                description = "Who may go on, besides the site's nodes by their addresses in --config: addresses or"
                        + " ranges such as 10.0.0.0/24.")
        private List<String> allow = List.of();

        @Override
        PortState wanted() {
            Set<AddressRange> allowed = new LinkedHashSet<>();
            for (String each : allow) {
                try {
                    allowed.add(AddressRange.parse(each));
                } catch (IllegalArgumentException e) {
                    throw usage("--allow: " + e.getMessage());
                }
            }
            connections().forEach(to -> allowed.addAll(addresses(to)));
            return new Closed(allowed);
        }

        private static List<AddressRange> addresses(SshConnection to) {
            try {
                List<AddressRange> addresses = new ArrayList<>();
                for (InetAddress address : InetAddress.getAllByName(to.host())) {
                    // The node itself is allowed anyway.
                    if (!address.isLoopbackAddress()) {
                        addresses.add(AddressRange.of(address));
                    }
                }
                return addresses;
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("The node " + to.host() + " has no address here: its name does not"
                        + " resolve. Nothing was changed.");
            }
        }
    }

    @Command(
            name = "open",
            description = "Opens on all control-plane nodes of a site what drkit node close closed; other rules stay."
                    + " Exit code 0: opened on all, 4: a node cannot be reached or it is not known, 5: refused; then it"
                    + " is opened on the others.")
    static final class Open extends NodeFenceCommand {

        @Override
        PortState wanted() {
            return new PortState.Open();
        }
    }

    /**
     * The JSON form.
     *
     * @param survivesRestart whether the port stays closed when a node restarts
     */
    private record Result(
            int port,
            String wanted,
            @Nullable List<String> allowed,
            boolean dryRun,
            boolean survivesRestart,
            List<Node> nodes) {}

    /**
     * One node in JSON.
     *
     * @param state open, closed or unclear, as it was found; null where it could not be told
     * @param allowed who passes where it is closed, besides the node itself
     */
    private record Node(
            String site,
            String node,
            @Nullable String state,
            @Nullable List<String> allowed,
            @Nullable String error) {

        static Node of(String site, NodeOutcome<PortState> outcome) {
            if (outcome instanceof Failed<PortState> failed) {
                return new Node(
                        site,
                        outcome.node(),
                        null,
                        null,
                        String.valueOf(failed.failure().getMessage()));
            }
            PortState state = ((Done<PortState>) outcome).value();
            return new Node(
                    site,
                    outcome.node(),
                    word(state),
                    allowed(state),
                    state instanceof Unclear unclear ? unclear.why() : null);
        }

        static String word(PortState state) {
            return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        }

        static @Nullable List<String> allowed(PortState state) {
            return state instanceof Closed closed
                    ? closed.allowed().stream()
                            .map(AddressRange::toString)
                            .sorted()
                            .toList()
                    : null;
        }
    }
}
