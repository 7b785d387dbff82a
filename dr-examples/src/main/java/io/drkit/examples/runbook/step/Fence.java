package io.drkit.examples.runbook.step;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.step.LookAtPorts.Ports;
import io.drkit.node.AddressRange;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeOutcome;
import io.drkit.node.PortFence;
import io.drkit.node.PortState;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Closes ports of a site's nodes to all but these nodes, or opens them. A node that cannot be closed, for it is lost or hangs, holds nothing up, and is
 * told: what lasts is the site's role. Undoing puts back what {@link LookAtPorts} found.
 */
public final class Fence implements Step<OnNodes> {

    private final Optional<ControlPlane> nodes;
    private final List<Integer> ports;
    private final boolean close;
    private final String site;
    private final String before;

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
    public Class<OnNodes> recordType() {
        return OnNodes.class;
    }

    @Override
    public Check check(StepContext context) {
        return nodes.isPresent()
                ? Check.GO
                : Check.skip("no nodes of " + site + " are configured" + (close ? ": only its role holds it" : ""));
    }

    @Override
    public OnNodes act(StepContext context) {
        ControlPlane plane = nodes.orElseThrow();
        Set<AddressRange> own = close ? addresses(plane, context) : Set.of();
        if (close) {
            return OnNodes.of(plane.eachUnlessSilent(node -> make(node, own)));
        }
        List<NodeOutcome<Boolean>> outcomes = plane.each(node -> make(node, own));
        OnNodes.requireDone(outcomes);
        return OnNodes.of(outcomes);
    }

    private boolean make(NodeAccess node, Set<AddressRange> own) {
        for (int port : ports) {
            try {
                if (close) {
                    new PortFence(port).close(node, own);
                } else {
                    new PortFence(port).open(node);
                }
            } catch (SiteUnreachableException | UnsafeToProceedException e) {
                if (port == ports.get(0)) {
                    throw e;
                }
                throw new OutcomeUnknownException(e.getMessage() + " Of its ports the first ones are done.", e);
            }
        }
        return true;
    }

    /** The site's own nodes go on talking to each other, as far as their names can be resolved here, where the site's name servers may be lost too. */
    private static Set<AddressRange> addresses(ControlPlane plane, StepContext context) {
        Set<AddressRange> addresses = new LinkedHashSet<>();
        for (ControlPlane.Node node : plane.nodes()) {
            try {
                for (InetAddress address : InetAddress.getAllByName(node.host())) {
                    if (!address.isLoopbackAddress()) {
                        addresses.add(AddressRange.of(address));
                    }
                }
            } catch (UnknownHostException e) {
                context.tell("the name of node " + node.host() + " does not resolve here: it passes no closed port");
            }
        }
        return addresses;
    }

    @Override
    public String told(OnNodes record) {
        return record.told("ports " + ports + (close ? " closed" : " opened"));
    }

    @Override
    public void undo(StepContext context, Optional<OnNodes> record) {
        Ports found = context.recordOf(before, Ports.class).orElse(new Ports(List.of()));
        boolean isKnown = record.isPresent();
        OnNodes.requirePutBack(nodes.orElseThrow().each(node -> putBack(node, found, isKnown)), record);
    }

    private static boolean putBack(NodeAccess node, Ports found, boolean isKnown) {
        for (LookAtPorts.Found port : found.found()) {
            if (!port.node().equals(node.name())) {
                continue;
            }
            if (port.state().isEmpty()) {
                requireOpen(node, port.port(), isKnown);
            } else if (port.closed()) {
                new PortFence(port.port())
                        .close(
                                node,
                                port.allowed().stream().map(AddressRange::parse).toList());
            } else {
                new PortFence(port.port()).open(node);
            }
        }
        return true;
    }

    /**
     * Of a node that did not tell how it was before.
     *
     * @param isKnown whether it is known what was done to it
     */
    private static void requireOpen(NodeAccess node, int port, boolean isKnown) {
        PortState now;
        try {
            now = new PortFence(port).state(node);
        } catch (SiteUnreachableException e) {
            if (isKnown) {
                throw e;
            }
            // It was silent before the step, and is silent after it.
            return;
        }
        if (now instanceof PortState.Closed) {
            throw new UnsafeToProceedException(
                    "Port " + port + " of " + node.name() + " is " + now
                            + ", and whether it was open before is not known. Open it (drkit node open), and take it back again.");
        }
    }
}
