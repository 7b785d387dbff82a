package io.drkit.rollout;

import io.drkit.encryption.Inspection;
import io.drkit.encryption.RewriteReport;
import java.util.List;
import java.util.Optional;

/**
 * How a rollout ended.
 *
 * @param nodes one a node, in order
 * @param why what went wrong; empty when it is {@link Outcome#DONE}
 * @param inspection what the site's values look like with the new file; empty where that was not looked at
 * @param rewrite what was rewritten; empty where nothing was to be
 */
public record RolloutReport(
        Outcome outcome,
        List<NodeReport> nodes,
        Optional<String> why,
        Optional<Inspection> inspection,
        Optional<RewriteReport> rewrite) {

    public RolloutReport {
        nodes = List.copyOf(nodes);
    }

    /** How it ended as a whole. */
    public enum Outcome {
        /** Every server runs with the file, and all that was to be done then is done. */
        DONE,
        /** Something went wrong on a node, and all are as they were. */
        ROLLED_BACK,
        /** Something is left to be done; doing the same again goes on with it. */
        UNFINISHED
    }

    /** How one node ended. */
    public enum NodeState {
        /** Nothing was done. */
        UNTOUCHED,
        /** Its server runs with the file. */
        INSTALLED,
        /** It is as it was. */
        RESTORED,
        /** It was begun with, and is neither known to have the file nor to be as it was. */
        OPEN
    }

    /**
     * One node.
     *
     * @param detail how, or why
     */
    public record NodeReport(String node, NodeState state, String detail) {}

    public boolean isDone() {
        return outcome == Outcome.DONE;
    }
}
