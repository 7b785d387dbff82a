package io.drkit.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a restore ended.
 *
 * @param id by which it is known on the nodes; empty where nothing was begun
 * @param nodes one a node, in order
 * @param why what went wrong; empty when it is {@link Outcome#RESTORED}
 * @param revision what the restored store was at when it was looked at; 0 where it was not
 * @param began when this run began
 * @param took how long this run took
 */
public record RestoreReport(
        Outcome outcome,
        String id,
        List<NodeReport> nodes,
        Optional<String> why,
        long revision,
        Instant began,
        Duration took) {

    public RestoreReport {
        nodes = List.copyOf(nodes);
    }

    /** How it ended as a whole. */
    public enum Outcome {
        /** The restored data is served. */
        RESTORED,
        /** Every node is as it was: something went wrong and was taken back, or that was asked for. */
        UNDONE,
        /** Something is left to be done; doing the same again goes on with it. */
        UNFINISHED
    }

    /** How one node ended. */
    public enum NodeState {
        /** It has the data, the manifests and the processes it had. */
        AS_IT_WAS,
        /** It serves the restored data. */
        RESTORED,
        /** It was begun with, and neither of the two is known of it. */
        OPEN
    }

    /**
     * One node.
     *
     * @param member its etcd's name
     * @param detail what was done, or why not
     * @param oldData where the data of before lies on the node, to be deleted when it is needed no more; empty where it is in its place
     * @param backup where the copy of the cluster's configuration lies, with its secret keys; likewise
     */
    public record NodeReport(
            String node,
            String member,
            NodeState state,
            String detail,
            Optional<String> oldData,
            Optional<String> backup) {}

    public boolean isRestored() {
        return outcome == Outcome.RESTORED;
    }

    /** For people: one line for the whole, and one a node. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(outcome.name())
                .append(" after ")
                .append(took.toSeconds())
                .append(" s");
        if (revision > 0) {
            text.append(", at revision ").append(revision);
        }
        why.ifPresent(reason -> text.append(": ").append(reason));
        for (NodeReport node : nodes) {
            text.append("\n  ")
                    .append(node.node())
                    .append(" (")
                    .append(node.member())
                    .append("): ");
            text.append(node.state()).append(", ").append(node.detail());
            node.oldData()
                    .ifPresent(path -> text.append("; the old data is in ").append(path));
            node.backup()
                    .ifPresent(path ->
                            text.append("; the configuration is backed up in ").append(path));
        }
        return text.toString();
    }
}
