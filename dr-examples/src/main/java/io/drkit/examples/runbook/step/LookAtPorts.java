package io.drkit.examples.runbook.step;

import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.step.LookAtPorts.Ports;
import io.drkit.node.AddressRange;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeOutcome;
import io.drkit.node.PortFence;
import io.drkit.node.PortState;
import io.drkit.runbook.Check;
import io.drkit.runbook.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which ports of a site's nodes are closed, before any is closed or opened: in the journal by then, so that undoing knows what was there. */
public final class LookAtPorts implements Looks<Ports> {

    private final Optional<ControlPlane> nodes;
    private final List<Integer> ports;
    private final String site;

    /** What was found, in one list. */
    public record Ports(List<Found> found) {

        public Ports {
            found = List.copyOf(found);
        }
    }

    /**
     * A port of a node.
     *
     * @param allowed who passes where it is closed, beside the node itself
     * @param state as {@link PortState} says it; empty where the node did not answer
     */
    public record Found(String node, int port, boolean closed, List<String> allowed, String state) {

        public Found {
            allowed = List.copyOf(allowed);
        }
    }

    public LookAtPorts(Optional<ControlPlane> nodes, List<Integer> ports, String site) {
        this.nodes = nodes;
        this.ports = List.copyOf(ports);
        this.site = site;
    }

    @Override
    public Class<Ports> recordType() {
        return Ports.class;
    }

    @Override
    public Check check(StepContext context) {
        return nodes.isPresent() ? Check.GO : Check.skip("no nodes of " + site + " are configured");
    }

    @Override
    public Ports act(StepContext context) {
        List<Found> found = new ArrayList<>();
        for (NodeOutcome<List<Found>> outcome : nodes.orElseThrow().eachUnlessSilent(this::look)) {
            if (outcome instanceof NodeOutcome.Done<List<Found>> done) {
                found.addAll(done.value());
            } else {
                ports.forEach(port -> found.add(new Found(outcome.node(), port, false, List.of(), "")));
            }
        }
        return new Ports(found);
    }

    private List<Found> look(NodeAccess node) {
        return ports.stream()
                .map(port -> found(node.name(), port, new PortFence(port).state(node)))
                .toList();
    }

    private static Found found(String node, int port, PortState state) {
        List<String> allowed = state instanceof PortState.Closed closed
                ? closed.allowed().stream().map(AddressRange::toString).sorted().toList()
                : List.of();
        return new Found(node, port, state instanceof PortState.Closed, allowed, state.toString());
    }

    @Override
    public String told(Ports ports) {
        long silent =
                ports.found().stream().filter(each -> each.state().isEmpty()).count();
        long closed = ports.found().stream().filter(Found::closed).count();
        return ports.found().size() + " ports, " + closed + " closed"
                + (silent == 0 ? "" : ", " + silent + " not told");
    }
}
