package io.drkit.restore;

import io.drkit.UnsafeToProceedException;
import io.drkit.node.NodeAccess;
import io.drkit.restore.NodeFindings.Tool;
import io.drkit.restore.RestorePlan.NodePlan;
import io.drkit.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What was found on all nodes, and whether a restore may begin or go on. Taking it changes nothing. */
final class RestoreSurvey {

    /** etcd writes its log into files that it allocates in full; and a disk should not be filled to the brim. */
    private static final long RESERVE = 192L << 20;

    private final List<RestoreNode> nodes;
    private final Map<RestoreNode, NodeFindings> states;
    private final RestoreOptions options;

    private RestoreSurvey(Map<RestoreNode, NodeFindings> states, RestoreOptions options) {
        this.nodes = List.copyOf(states.keySet());
        this.states = states;
        this.options = options;
    }

    static List<RestoreNode> nodes(List<? extends NodeAccess> accesses, RestoreOptions options) {
        return Together.on(List.copyOf(accesses), access -> access, access -> RestoreNode.at(access, options));
    }

    static RestoreSurvey take(List<RestoreNode> nodes, RestoreOptions options) {
        List<NodeFindings> found = Together.on(nodes, RestoreNode::access, RestoreNode::look);
        Map<RestoreNode, NodeFindings> states = new LinkedHashMap<>();
        for (int i = 0; i < found.size(); i++) {
            states.put(nodes.get(i), found.get(i));
        }
        return new RestoreSurvey(states, options);
    }

    List<RestoreNode> nodes() {
        return nodes;
    }

    NodeFindings of(RestoreNode node) {
        return Objects.requireNonNull(states.get(node));
    }

    long highestNumber() {
        return states.values().stream().mapToLong(NodeFindings::number).max().orElse(0);
    }

    /** The nodes on which a restore is under way. */
    List<RestoreNode> underWay() {
        return nodes.stream().filter(node -> of(node).isUnderWay()).toList();
    }

    /** Whether some node is on its way back. */
    boolean isUndoing() {
        return states.values().stream().anyMatch(state -> state.phase().equals(NodeFindings.UNDOING));
    }

    /**
     * The restore that goes on: one that is under way somewhere; and where on other nodes it is over, the same.
     *
     * @throws UnsafeToProceedException when several are
     */
    Optional<String> id() {
        Set<String> ids =
                underWay().stream().map(node -> of(node).id()).collect(Collectors.toCollection(LinkedHashSet::new));
        if (ids.size() > 1) {
            throw new UnsafeToProceedException(
                    "Several restores are under way on these nodes: " + ids + ". Undo on each node by itself.");
        }
        return ids.stream().findFirst();
    }

    /** Whether the restore that is under way serves its data somewhere. */
    boolean isServing(String id) {
        return states.values().stream().anyMatch(state -> state.id().equals(id) && state.isServing());
    }

    /** Whether this snapshot was the last that was put back on all of them, and is not to be once more. */
    boolean isOver(Snapshot snapshot) {
        return !options.again()
                && states.values().stream()
                        .allMatch(state -> state.phase().equals(NodeFindings.SERVED)
                                && state.recorded("sha256").equals(snapshot.sha256()));
    }

    /** One of the nodes on which it is under way, for what is recorded there. */
    NodeFindings recorded(String id) {
        return states.values().stream()
                .filter(state -> state.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** By how much the revision is raised: as was recorded, or as was asked for, unless one of the tools cannot. */
    long raise() {
        Optional<String> id = id();
        if (id.isPresent()) {
            return recorded(id.get()).recordedRaise();
        }
        boolean all = states.values().stream().map(NodeFindings::tool).allMatch(tool -> tool == null || tool.raises());
        return all ? options.bumpRevision() : 0;
    }

    /** @throws UnsafeToProceedException when it may neither begin nor go on */
    void requireFit(RestoreTarget target, String cluster) {
        Optional<String> id = id();
        if (isOver(target.snapshot())) {
            return;
        }
        if (id.isPresent()) {
            requireSame(target, cluster, recorded(id.get()), id.get());
        } else {
            requireOwn(target);
            requireKnownOrStopped();
        }
        if (id.isPresent() && (isUndoing() || isServing(id.get()))) {
            return;
        }
        for (RestoreNode node : nodes) {
            if (of(node).isToBeStaged()) {
                requireTool(node, of(node).tool());
                requireRoom(node, of(node), target);
            }
        }
    }

    private void requireSame(RestoreTarget target, String cluster, NodeFindings recorded, String id) {
        String where = underWay().get(0).name();
        if (!recorded.recorded("sha256").equals(target.snapshot().sha256())) {
            throw new UnsafeToProceedException("On " + where + " a restore of another snapshot, "
                    + recorded.recorded("name") + ", is under way as " + id
                    + ". Run that one again to its end, or undo it, before this one.");
        }
        if (!recorded.recorded("cluster").equals(cluster)) {
            throw new UnsafeToProceedException("The restore " + id + " on " + where + " was begun for the members "
                    + recorded.recorded("cluster") + ", not for " + cluster + ". Give the same nodes, or undo it.");
        }
    }

    private void requireOwn(RestoreTarget target) {
        String from = target.snapshot().siteId();
        Optional<String> here = target.siteId().filter(id -> !id.isEmpty());
        if (here.isPresent() && !from.isEmpty() && !here.get().equals(from) && !options.acceptOtherSite()) {
            throw new UnsafeToProceedException("The snapshot "
                    + target.snapshot().name() + " is of the site " + from
                    + ", and this is the site " + here.get() + ": put back here it makes a second site of that identity"
                    + " and role, a second primary perhaps. Say acceptOtherSite if the other one is gone for good.");
        }
    }

    private void requireKnownOrStopped() {
        for (RestoreNode node : nodes) {
            NodeFindings state = of(node);
            boolean there = state.pods().contains(NodePods.APISERVER)
                    || state.running().contains(NodePods.program(NodePods.APISERVER));
            if (options.controlPlaneStopped() && there) {
                throw new UnsafeToProceedException(
                        "The control plane is said to be stopped, and " + node.name()
                                + " has a kube-apiserver. Move its manifest away and wait until it has ended; or leave that to the restore.");
            }
        }
    }

    private void requireTool(RestoreNode node, @Nullable Tool tool) {
        if (tool == null && (options.tool().isPresent() || options.toolFile().isEmpty())) {
            throw new UnsafeToProceedException("There is nothing on " + node.name() + " to restore with: "
                    + options.tool()
                            .map(path -> path + " is no etcdutl, nor an etcdctl up to 3.5")
                            .orElse(
                                    "neither etcdutl nor an etcdctl up to 3.5 is on its PATH or in the container of an etcd that runs")
                    + ". Name one that is there, or one of your own to be uploaded.");
        }
    }

    private static void requireRoom(RestoreNode node, NodeFindings state, RestoreTarget target) {
        if (state.freeBytes() < needed(state, target)) {
            throw new UnsafeToProceedException("The disk of " + node.etcd().data() + " on " + node.name() + " has "
                    + (state.freeBytes() >> 20) + " MiB free, and " + (needed(state, target) >> 20)
                    + " MiB are needed to restore beside the data. Make room there.");
        }
    }

    /** The file as it arrives, what is restored from it, and the copy of the configuration. */
    private static long needed(NodeFindings state, RestoreTarget target) {
        return 2 * target.snapshot().bytes() + state.usedBytes() + RESERVE;
    }

    RestorePlan plan(RestoreTarget target, String cluster) {
        List<NodePlan> plans = new ArrayList<>();
        for (RestoreNode node : nodes) {
            NodeFindings state = of(node);
            plans.add(new NodePlan(
                    node.name(),
                    node.etcd().name(),
                    node.etcd().peerUrls(),
                    node.etcd().data(),
                    tool(state),
                    state.freeBytes(),
                    needed(state, target),
                    state.pods(),
                    state.running(),
                    state.isUnderWay() ? state.phase() : ""));
        }
        return new RestorePlan(
                target.snapshot(), id().orElse(""), next(target), cluster, raise(), plans, notes(target));
    }

    private String tool(NodeFindings state) {
        return state.tool() != null
                ? state.tool().toString()
                : options.toolFile().map(file -> file + ", uploaded").orElse("");
    }

    private String next(RestoreTarget target) {
        Optional<String> id = id();
        if (id.isEmpty()) {
            return isOver(target.snapshot()) ? "do nothing, for it was put back before:" : "restore";
        }
        return isUndoing() ? "finish taking back" : isServing(id.get()) ? "finish restoring" : "go on restoring";
    }

    private List<String> notes(RestoreTarget target) {
        List<String> notes = new ArrayList<>();
        if (raise() == 0) {
            boolean cannot = options.bumpRevision() > 0 && id().isEmpty();
            notes.add(
                    "the revision is not raised"
                            + (cannot ? ", for not every tool can (etcdutl from 3.5.10, etcdctl from 3.4.27)" : "")
                            + ": informers and watches see time run backwards, so every client of the cluster has to be restarted");
        }
        if (states.values().stream().map(NodeFindings::tool).anyMatch(tool -> tool == null)
                && options.toolFile().isPresent()
                && options.bumpRevision() > 0
                && id().isEmpty()) {
            notes.add(
                    "whether the uploaded tool can raise the revision is seen only when it is there; where it cannot, all is taken back");
        }
        Set<String> versions = states.values().stream()
                .map(NodeFindings::tool)
                .filter(tool -> tool != null)
                .map(Tool::version)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (versions.size() > 1) {
            notes.add("the nodes restore with different versions: " + versions);
        }
        if (target.siteId().filter(id -> !id.isEmpty()).isEmpty()
                || target.snapshot().siteId().isEmpty()) {
            notes.add(
                    "it is not known that the snapshot is of this site, for one of the two has no id or cannot be asked");
        } else if (!target.siteId().get().equals(target.snapshot().siteId())) {
            notes.add("the snapshot is of another site, " + target.snapshot().siteId() + ", and makes this one it");
        }
        if (target.snapshot().users()) {
            notes.add("clients have to log in as the users of the snapshot");
        }
        for (RestoreNode node : nodes) {
            if (of(node).keptBytes() > 0 && id().isEmpty()) {
                notes.add("earlier restores have set aside " + (of(node).keptBytes() >> 20) + " MiB on " + node.name()
                        + ", in " + node.root() + ": delete what is needed no more");
            }
            if (!of(node).running().contains("etcd") && id().isEmpty()) {
                notes.add("no etcd runs on " + node.name());
            }
        }
        return notes;
    }
}
