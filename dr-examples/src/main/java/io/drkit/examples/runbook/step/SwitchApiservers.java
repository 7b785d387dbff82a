package io.drkit.examples.runbook.step;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.examples.runbook.platform.Apiservers;
import io.drkit.examples.runbook.step.LookAtApiservers.Servers;
import io.drkit.node.ApiserverPod;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeOutcome;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.util.List;
import java.util.Optional;

/**
 * Stops the kube-apiservers of a site, so that nobody writes to its etcd any more, or starts them. Undoing puts back what {@link LookAtApiservers}
 * found.
 */
public final class SwitchApiservers implements Step<OnNodes> {

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

    /** The same, but a node that does not answer, for it is lost or hangs, holds nothing up, and is told. */
    public static SwitchApiservers stoppingWherePossible(Optional<Apiservers> servers, String site, String before) {
        return new SwitchApiservers(servers, site, Kind.STOP_WHERE_POSSIBLE, before);
    }

    /** Starts those that are stopped. */
    public static SwitchApiservers starting(Optional<Apiservers> servers, String site, String before) {
        return new SwitchApiservers(servers, site, Kind.START, before);
    }

    @Override
    public Class<OnNodes> recordType() {
        return OnNodes.class;
    }

    @Override
    public Check check(StepContext context) {
        return servers.isPresent() ? Check.GO : Check.skip(LookAtApiservers.NONE + site);
    }

    @Override
    public OnNodes act(StepContext context) {
        Apiservers given = servers.orElseThrow();
        List<NodeOutcome<Boolean>> outcomes = kind == Kind.STOP_WHERE_POSSIBLE
                ? given.nodes().eachUnlessSilent(node -> make(given.of(node)))
                : given.nodes().each(node -> make(given.of(node)));
        OnNodes record = OnNodes.of(outcomes);
        if (kind == Kind.STOP || (kind == Kind.START && !record.isDoneSomewhere())) {
            OnNodes.requireDone(outcomes);
        }
        return record;
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
    public String told(OnNodes record) {
        return record.told("kube-apiserver of " + site + (kind == Kind.START ? " runs" : " is stopped"));
    }

    @Override
    public void undo(StepContext context, Optional<OnNodes> record) {
        Servers found = context.recordOf(before, Servers.class).orElse(new Servers(List.of()));
        Apiservers given = servers.orElseThrow();
        boolean isKnown = record.isPresent();
        OnNodes.requirePutBack(given.nodes().each(node -> putBack(given, node, found, isKnown)), record);
    }

    private static boolean putBack(Apiservers given, NodeAccess node, Servers found, boolean isKnown) {
        for (LookAtApiservers.Found server : found.found()) {
            if (!server.node().equals(node.name())) {
                continue;
            }
            if (!server.why().isEmpty()) {
                requireRunning(given.of(node), node.name(), isKnown);
            } else if (server.stopped()) {
                given.of(node).stop();
            } else {
                given.of(node).start();
            }
        }
        return true;
    }

    /**
     * Of a node that did not tell how it was before.
     *
     * @param isKnown whether it is known what was done to it
     */
    private static void requireRunning(ApiserverPod server, String node, boolean isKnown) {
        boolean stopped;
        try {
            stopped = server.isStopped();
        } catch (SiteUnreachableException e) {
            if (isKnown) {
                throw e;
            }
            // It was silent before the step, and is silent after it.
            return;
        }
        if (stopped) {
            throw new UnsafeToProceedException(
                    "kube-apiserver of " + node
                            + " is stopped, and whether it ran before is not known. Move its manifest back, and take it back again.");
        }
    }
}
