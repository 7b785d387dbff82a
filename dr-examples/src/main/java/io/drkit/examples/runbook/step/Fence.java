package io.drkit.examples.runbook.step;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.step.Fence.Fenced;
import io.drkit.examples.runbook.step.LookAtPorts.Ports;
import io.drkit.node.AddressRange;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeOutcome;
import io.drkit.node.PortFence;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Closes ports of a site's nodes to all but these nodes, or opens them. A node that cannot be closed, for it is lost say, holds nothing up, and is told:
 * what lasts is the site's role. Undoing puts back what {@link LookAtPorts} found.
 */
public final class Fence implements Step<Fenced> {

    private final Optional<ControlPlane> nodes;
    private final List<Integer> ports;
    private final boolean close;
    private final String site;
    private final String before;

    /** What became of each port. */
    public record Fenced(List<Outcome> outcomes) {

        public Fenced {
            outcomes = List.copyOf(outcomes);
        }
    }

    /** @param why empty where it was done */
    public record Outcome(String node, String why) {}

    private Fence(Optional<ControlPlane> nodes, List<Integer> ports, boolean close, String site, String before) {
        this.nodes = nodes;
        this.ports = List.copyOf(ports);
        this.close = close;
        this.site = site;
        this.before = before;
    }

    /** @param before the step that looked */
    public static Fence closing(Optional<ControlPlane> nodes, List<Integer> ports, String site, String before) {
        return new Fence(nodes, ports, true, site, before);
    }

    /** The same, opening; here every node must answer. */
    public static Fence opening(Optional<ControlPlane> nodes, List<Integer> ports, String site, String before) {
        return new Fence(nodes, ports, false, site, before);
    }

    @Override
    public Class<Fenced> recordType() {
        return Fenced.class;
    }

    @Override
    public Check check(StepContext context) {
        return nodes.isPresent()
                ? Check.GO
                : Check.skip("no nodes of " + site + " are configured" + (close ? ": only its role holds it" : ""));
    }

    @Override
    public Fenced act(StepContext context) {
        ControlPlane plane = nodes.orElseThrow();
        Set<AddressRange> own = close ? addresses(plane) : Set.of();
        List<Outcome> outcomes = new ArrayList<>();
        for (NodeOutcome<Boolean> outcome : plane.each(node -> make(node, own))) {
            outcomes.add(new Outcome(outcome.node(), why(outcome)));
        }
        return new Fenced(outcomes);
    }

    private String why(NodeOutcome<Boolean> outcome) {
        if (!(outcome instanceof NodeOutcome.Failed<Boolean> failed)) {
            return "";
        }
        if (!close || failed.failure() instanceof OutcomeUnknownException) {
            throw failed.failure();
        }
        return String.valueOf(failed.failure().getMessage());
    }

    private boolean make(NodeAccess node, Set<AddressRange> own) {
        for (int port : ports) {
            if (close) {
                new PortFence(port).close(node, own);
            } else {
                new PortFence(port).open(node);
            }
        }
        return true;
    }

    /** The site's own nodes go on talking to each other. */
    private static Set<AddressRange> addresses(ControlPlane plane) {
        Set<AddressRange> addresses = new LinkedHashSet<>();
        for (ControlPlane.Node node : plane.nodes()) {
            try {
                for (InetAddress address : InetAddress.getAllByName(node.host())) {
                    if (!address.isLoopbackAddress()) {
                        addresses.add(AddressRange.of(address));
                    }
                }
            } catch (UnknownHostException e) {
                throw new UnsafeToProceedException(
                        "The node " + node.host() + " has no address here: its name does not resolve.");
            }
        }
        return addresses;
    }

    @Override
    public String told(Fenced fenced) {
        List<String> open = fenced.outcomes().stream()
                .filter(outcome -> !outcome.why().isEmpty())
                .map(outcome -> outcome.node() + " (" + outcome.why() + ")")
                .toList();
        List<String> made = fenced.outcomes().stream()
                .filter(outcome -> outcome.why().isEmpty())
                .map(Outcome::node)
                .toList();
        String done = "ports " + ports + (close ? " closed on " : " opened on ")
                + (made.isEmpty() ? "no node" : String.join(", ", made));
        return open.isEmpty() ? done : done + "; not on " + String.join(", ", open);
    }

    @Override
    public void undo(StepContext context, Optional<Fenced> record) {
        Ports found = context.recordOf(before, Ports.class).orElse(new Ports(List.of()));
        ControlPlane plane = nodes.orElseThrow();
        for (NodeOutcome<Boolean> outcome : plane.each(node -> putBack(node, found))) {
            if (outcome instanceof NodeOutcome.Failed<Boolean> failed && wasMade(record, outcome.node())) {
                throw failed.failure();
            }
        }
    }

    /** A node that did not answer then has nothing to be taken back. */
    private static boolean wasMade(Optional<Fenced> record, String node) {
        return record.isEmpty()
                || record.get().outcomes().stream()
                        .anyMatch(outcome ->
                                outcome.node().equals(node) && outcome.why().isEmpty());
    }

    private static boolean putBack(NodeAccess node, Ports found) {
        for (LookAtPorts.Found port : found.found()) {
            if (port.node().equals(node.name()) && !port.state().isEmpty()) {
                if (port.closed()) {
                    new PortFence(port.port())
                            .close(
                                    node,
                                    port.allowed().stream()
                                            .map(AddressRange::parse)
                                            .toList());
                } else {
                    new PortFence(port.port()).open(node);
                }
            }
        }
        return true;
    }
}
