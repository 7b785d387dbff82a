package io.drkit.examples.runbook.step;

import io.drkit.OutcomeUnknownException;
import io.drkit.examples.runbook.platform.Apiservers;
import io.drkit.examples.runbook.step.LookAtApiservers.Servers;
import io.drkit.examples.runbook.step.SwitchApiservers.Switched;
import io.drkit.node.ApiserverPod;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeOutcome;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stops the kube-apiservers of a site, so that nobody writes to its etcd any more, or starts them. Undoing puts back what {@link LookAtApiservers}
 * found.
 */
public final class SwitchApiservers implements Step<Switched> {

    private final Optional<Apiservers> servers;
    private final String site;
    private final Kind kind;
    private final String before;

    private enum Kind {
        /** Every one of them. */
        STOP,
        /** Those of the nodes that answer: the others may be lost. */
        STOP_WHERE_POSSIBLE,
        /** One at least. */
        START
    }

    /** What became of each. */
    public record Switched(List<Outcome> outcomes) {

        public Switched {
            outcomes = List.copyOf(outcomes);
        }
    }

    /** @param why empty where it was done */
    public record Outcome(String node, String why) {}

    private SwitchApiservers(Optional<Apiservers> servers, String site, Kind kind, String before) {
        this.servers = servers;
        this.site = site;
        this.kind = kind;
        this.before = before;
    }

    /** @param before the step that looked */
    public static SwitchApiservers stopping(Optional<Apiservers> servers, String site, String before) {
        return new SwitchApiservers(servers, site, Kind.STOP, before);
    }

    /** The same, but a node that does not answer, for it is lost say, holds nothing up, and is told. */
    public static SwitchApiservers stoppingWherePossible(Optional<Apiservers> servers, String site, String before) {
        return new SwitchApiservers(servers, site, Kind.STOP_WHERE_POSSIBLE, before);
    }

    /** Starts those that are stopped. */
    public static SwitchApiservers starting(Optional<Apiservers> servers, String site, String before) {
        return new SwitchApiservers(servers, site, Kind.START, before);
    }

    @Override
    public Class<Switched> recordType() {
        return Switched.class;
    }

    @Override
    public Check check(StepContext context) {
        return servers.isPresent() ? Check.GO : Check.skip(LookAtApiservers.NONE + site);
    }

    @Override
    public Switched act(StepContext context) {
        Apiservers given = servers.orElseThrow();
        List<Outcome> outcomes = new ArrayList<>();
        Optional<RuntimeException> failure = Optional.empty();
        for (NodeOutcome<Boolean> outcome : given.nodes().each(node -> make(given.of(node)))) {
            if (outcome instanceof NodeOutcome.Failed<Boolean> failed) {
                failure = Optional.of(failed.failure());
                outcomes.add(new Outcome(
                        outcome.node(), String.valueOf(failed.failure().getMessage())));
            } else {
                outcomes.add(new Outcome(outcome.node(), ""));
            }
        }
        failure.filter(why -> isNotEnough(why, outcomes)).ifPresent(why -> {
            throw why;
        });
        return new Switched(outcomes);
    }

    private boolean isNotEnough(RuntimeException why, List<Outcome> outcomes) {
        return switch (kind) {
            case STOP -> true;
            case STOP_WHERE_POSSIBLE -> why instanceof OutcomeUnknownException;
            case START -> outcomes.stream().noneMatch(outcome -> outcome.why().isEmpty());
        };
    }

    private boolean make(ApiserverPod server) {
        if (kind == Kind.START) {
            server.start();
        } else {
            server.stop();
        }
        return true;
    }

    @Override
    public String told(Switched switched) {
        List<String> failed = switched.outcomes().stream()
                .filter(outcome -> !outcome.why().isEmpty())
                .map(outcome -> outcome.node() + " (" + outcome.why() + ")")
                .toList();
        String done = "kube-apiserver " + (kind == Kind.START ? "runs" : "is stopped") + " on "
                + (switched.outcomes().size() - failed.size()) + " nodes of " + site;
        return failed.isEmpty() ? done : done + "; not on " + String.join(", ", failed);
    }

    @Override
    public void undo(StepContext context, Optional<Switched> record) {
        Servers found = context.recordOf(before, Servers.class).orElse(new Servers(List.of()));
        Apiservers given = servers.orElseThrow();
        for (NodeOutcome<Boolean> outcome : given.nodes().each(node -> putBack(given, node, found))) {
            if (outcome instanceof NodeOutcome.Failed<Boolean> failed && wasMade(record, outcome.node())) {
                throw failed.failure();
            }
        }
    }

    /** A node that did not answer then has nothing to be taken back. */
    private static boolean wasMade(Optional<Switched> record, String node) {
        return record.isEmpty()
                || record.get().outcomes().stream()
                        .anyMatch(outcome ->
                                outcome.node().equals(node) && outcome.why().isEmpty());
    }

    private static boolean putBack(Apiservers given, NodeAccess node, Servers found) {
        found.found().stream()
                .filter(each -> each.node().equals(node.name()) && each.why().isEmpty())
                .findFirst()
                .ifPresent(each -> {
                    if (each.stopped()) {
                        given.of(node).stop();
                    } else {
                        given.of(node).start();
                    }
                });
        return true;
    }
}
