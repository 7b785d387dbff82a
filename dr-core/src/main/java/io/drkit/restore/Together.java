package io.drkit.restore;

import io.drkit.node.NodeAccess;
import io.drkit.node.NodeGroup;
import io.drkit.node.NodeOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** The same on all nodes at once, to the end on each. */
final class Together {

    private Together() {}

    /** @throws RuntimeException what one of them threw; what others threw is suppressed by it */
    static <N, T> List<T> on(List<N> nodes, Function<N, NodeAccess> access, Function<N, T> task) {
        List<T> values = new ArrayList<>();
        List<RuntimeException> failures = new ArrayList<>();
        for (NodeOutcome<T> outcome : outcomes(nodes, access, task)) {
            if (outcome instanceof NodeOutcome.Done<T> done) {
                values.add(done.value());
            } else if (outcome instanceof NodeOutcome.Failed<T> failed) {
                failures.add(failed.failure());
            }
        }
        if (failures.isEmpty()) {
            return values;
        }
        RuntimeException first = failures.stream()
                .filter(TakenOverException.class::isInstance)
                .findFirst()
                .orElse(failures.get(0));
        failures.stream().filter(failure -> failure != first).forEach(first::addSuppressed);
        throw first;
    }

    static void on(List<RestoreNode> nodes, Consumer<RestoreNode> task) {
        on(nodes, RestoreNode::access, node -> {
            task.accept(node);
            return node;
        });
    }

    /** What went wrong, by node; what went well is left out. */
    static Map<RestoreNode, RuntimeException> failures(List<RestoreNode> nodes, Consumer<RestoreNode> task) {
        Map<RestoreNode, RuntimeException> failures = new LinkedHashMap<>();
        if (nodes.isEmpty()) {
            return failures;
        }
        List<NodeOutcome<RestoreNode>> outcomes = outcomes(nodes, RestoreNode::access, node -> {
            task.accept(node);
            return node;
        });
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof NodeOutcome.Failed<RestoreNode> failed) {
                failures.put(nodes.get(i), failed.failure());
            }
        }
        return failures;
    }

    private static <N, T> List<NodeOutcome<T>> outcomes(
            List<N> nodes, Function<N, NodeAccess> access, Function<N, T> task) {
        List<NodeAccess> accesses = nodes.stream().map(access).toList();
        return NodeGroup.of(accesses, accesses.size()).each(each -> task.apply(nodes.get(accesses.indexOf(each))));
    }
}
