package io.drkit.examples.runbook.platform;

import io.drkit.node.NodeAccess;
import io.drkit.node.NodeGroup;
import io.drkit.node.NodeOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** A site's control-plane nodes. */
public record ControlPlane(String site, List<Node> nodes) {

    private static final int PARALLEL = 8;

    /**
     * One of them.
     *
     * @param host its name or address, as it is reached
     * @param access opens a connection, which the caller closes
     */
    public record Node(String host, Supplier<NodeAccess> access) {

        @Override
        public String toString() {
            return host;
        }
    }

    public ControlPlane {
        nodes = List.copyOf(nodes);
    }

    /** Does the same on every node, side by side, by connections of its own; one outcome a node, in their order. */
    public <T> List<NodeOutcome<T>> each(Function<NodeAccess, T> task) {
        List<NodeAccess> opened = new ArrayList<>();
        try {
            nodes.forEach(node -> opened.add(node.access().get()));
            return NodeGroup.of(opened, PARALLEL).each(task);
        } finally {
            opened.forEach(NodeAccess::close);
        }
    }
}
