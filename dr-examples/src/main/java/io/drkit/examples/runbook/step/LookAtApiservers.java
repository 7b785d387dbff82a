package io.drkit.examples.runbook.step;

import io.drkit.examples.runbook.platform.Apiservers;
import io.drkit.examples.runbook.step.LookAtApiservers.Servers;
import io.drkit.node.NodeOutcome;
import io.drkit.runbook.Check;
import io.drkit.runbook.StepContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which kube-apiservers of a site are stopped, before any is stopped or started: in the journal by then, so that undoing knows what was there. */
public final class LookAtApiservers implements Looks<Servers> {

    static final String NONE = "no kube-apiservers are configured, or no nodes of ";

    private final Optional<Apiservers> servers;
    private final String site;
    private final boolean needed;

    /** What was found, in one list. */
    public record Servers(List<Found> found) {

        public Servers {
            found = List.copyOf(found);
        }
    }

    /** @param why why it is not known, if it is not */
    public record Found(String node, boolean stopped, String why) {}

    private LookAtApiservers(Optional<Apiservers> servers, String site, boolean needed) {
        this.servers = servers;
        this.site = site;
        this.needed = needed;
    }

    /** At a site that may be lost. */
    public static LookAtApiservers as(Optional<Apiservers> servers, String site) {
        return new LookAtApiservers(servers, site, false);
    }

    /** At a site where they will have to be started: refuses where no node has one that can be. */
    public static LookAtApiservers startable(Optional<Apiservers> servers, String site) {
        return new LookAtApiservers(servers, site, true);
    }

    @Override
    public Class<Servers> recordType() {
        return Servers.class;
    }

    @Override
    public Check check(StepContext context) {
        return servers.isPresent() ? Check.GO : Check.skip(NONE + site);
    }

    @Override
    public Servers act(StepContext context) {
        Apiservers given = servers.orElseThrow();
        List<RuntimeException> failures = new ArrayList<>();
        List<Found> found = new ArrayList<>();
        for (NodeOutcome<Boolean> outcome : look(given)) {
            if (outcome instanceof NodeOutcome.Done<Boolean> done) {
                found.add(new Found(outcome.node(), done.value(), ""));
            } else if (outcome instanceof NodeOutcome.Failed<Boolean> failed) {
                failures.add(failed.failure());
                found.add(new Found(
                        outcome.node(), false, String.valueOf(failed.failure().getMessage())));
            }
        }
        if (needed && failures.size() == found.size()) {
            throw failures.get(0);
        }
        return new Servers(found);
    }

    private List<NodeOutcome<Boolean>> look(Apiservers given) {
        return needed
                ? given.nodes().each(node -> given.of(node).isStopped())
                : given.nodes().eachUnlessSilent(node -> given.of(node).isStopped());
    }

    @Override
    public String told(Servers servers) {
        long silent =
                servers.found().stream().filter(each -> !each.why().isEmpty()).count();
        long stopped = servers.found().stream().filter(Found::stopped).count();
        return servers.found().size() + " nodes, " + stopped + " with kube-apiserver stopped"
                + (silent == 0 ? "" : ", " + silent + " not told");
    }
}
