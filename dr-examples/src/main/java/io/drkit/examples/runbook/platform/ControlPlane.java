package io.drkit.examples.runbook.platform;

import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeGroup;
import io.drkit.node.NodeOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** A site's control-plane nodes. Thread-safe. */
public final class ControlPlane {

    private static final int PARALLEL = 8;

    private final List<Node> nodes;
    private final Map<String, Silence> silences = new ConcurrentHashMap<>();

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

    public ControlPlane(List<Node> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** Does the same on every node, side by side, by connections of its own; one outcome a node, in their order. */
    public <T> List<NodeOutcome<T>> each(Function<NodeAccess, T> task) {
        List<NodeAccess> opened = new ArrayList<>();
        try {
            nodes.forEach(node -> opened.add(listening(node.access().get())));
            return NodeGroup.of(opened, PARALLEL).each(task);
        } finally {
            opened.forEach(NodeAccess::close);
        }
    }

    /** The same, for what goes on without those that fail: a node that could not be reached a moment ago has failed again. */
    public <T> List<NodeOutcome<T>> eachUnlessSilent(Function<NodeAccess, T> task) {
        return each(node -> {
            silence(node).requireOver();
            return task.apply(node);
        });
    }

    private Silence silence(NodeAccess node) {
        return silences.computeIfAbsent(node.name(), name -> new Silence());
    }

    private NodeAccess listening(NodeAccess node) {
        return new Listening(node, silence(node));
    }

    /** A node of which is noticed whether it answers at all, for a task may fail on one that does. */
    private record Listening(NodeAccess node, Silence silence) implements NodeAccess {

        @Override
        public String name() {
            return node.name();
        }

        @Override
        public CommandResult run(NodeCommand command) {
            return silence.ask(() -> node.run(command));
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
