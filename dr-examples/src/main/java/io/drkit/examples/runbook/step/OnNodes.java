package io.drkit.examples.runbook.step;

import io.drkit.OutcomeUnknownException;
import io.drkit.node.NodeOutcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What became of something that was done to each node of a site: the record of a step that goes on without those where it could not be done. */
public record OnNodes(List<Outcome> outcomes) {

    public OnNodes {
        outcomes = List.copyOf(outcomes);
    }

    /**
     * Of one node.
     *
     * @param why why it could not be done; empty where it was
     * @param unknown whether it may have been done all the same, as on a node that hung
     */
    public record Outcome(String node, String why, boolean unknown) {

        private static Outcome of(NodeOutcome<?> outcome) {
            return outcome instanceof NodeOutcome.Failed<?> failed
                    ? new Outcome(
                            outcome.node(),
                            String.valueOf(failed.failure().getMessage()),
                            failed.failure() instanceof OutcomeUnknownException)
                    : new Outcome(outcome.node(), "", false);
        }

        private boolean isDone() {
            return why.isEmpty();
        }

        private String told() {
            return node + " (" + why + (unknown ? " It may be done all the same." : "") + ")";
        }
    }

    static OnNodes of(List<? extends NodeOutcome<?>> outcomes) {
        return new OnNodes(outcomes.stream().<Outcome>map(Outcome::of).toList());
    }

    boolean isDoneSomewhere() {
        return outcomes.stream().anyMatch(Outcome::isDone);
    }

    private boolean mayBeDoneOn(String node) {
        return outcomes.stream().anyMatch(each -> each.node().equals(node) && (each.isDone() || each.unknown()));
    }

    /** Throws the first failure. */
    static void requireDone(List<? extends NodeOutcome<?>> outcomes) {
        requireDone(outcomes, node -> true);
    }

    /**
     * Throws the first failure on a node where there is something to be put back.
     *
     * @param made what had been done; empty where that is not known, for the process ended
     */
    static void requirePutBack(List<? extends NodeOutcome<?>> outcomes, Optional<OnNodes> made) {
        requireDone(outcomes, node -> made.isEmpty() || made.get().mayBeDoneOn(node));
    }

    private static void requireDone(List<? extends NodeOutcome<?>> outcomes, Predicate<String> meant) {
        for (NodeOutcome<?> outcome : outcomes) {
            if (outcome instanceof NodeOutcome.Failed<?> failed && meant.test(outcome.node())) {
                throw failed.failure();
            }
        }
    }

    /** @param what was done, as in "port 2379 closed" */
    String told(String what) {
        String where = told(Outcome::isDone, Outcome::node);
        String elsewhere = told(outcome -> !outcome.isDone(), Outcome::told);
        return what + " on " + (where.isEmpty() ? "no node" : where)
                + (elsewhere.isEmpty() ? "" : "; not on " + elsewhere);
    }

    private String told(Predicate<Outcome> which, Function<Outcome, String> how) {
        return outcomes.stream().filter(which).map(how).collect(Collectors.joining(", "));
    }
}
