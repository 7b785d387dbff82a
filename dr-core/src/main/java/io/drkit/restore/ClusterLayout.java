package io.drkit.restore;

import io.drkit.UnsafeToProceedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The members of the cluster that is restored: those of the nodes that were given, and no others. */
final class ClusterLayout {

    private ClusterLayout() {}

    /**
     * As etcd's {@code --initial-cluster} has it, the same in whichever order the nodes are given. That of the manifests will not do: kubeadm writes
     * into each the members that there were when the node joined.
     *
     * @param gone members that may be named, for they are none any more
     * @throws UnsafeToProceedException when the nodes cannot be the whole cluster
     */
    static String cluster(List<RestoreNode> nodes, Set<String> gone) {
        Map<String, RestoreNode> byName = new TreeMap<>();
        Map<String, RestoreNode> byUrl = new LinkedHashMap<>();
        for (RestoreNode node : nodes) {
            requireNew(
                    byName.put(node.etcd().name(), node),
                    node,
                    "the member " + node.etcd().name());
            for (String url : node.etcd().urls()) {
                requireNew(byUrl.put(url, node), node, "the peer URL " + url);
            }
        }
        for (RestoreNode node : nodes) {
            for (String named : node.etcd().named()) {
                if (!byName.containsKey(named) && !gone.contains(named)) {
                    throw new UnsafeToProceedException(
                            "The manifest of " + node.name() + " names the member " + named
                                    + ", whose node was not given. Give all control-plane nodes; or say that this member is gone.");
                }
            }
        }
        if (nodes.size() % 2 == 0) {
            throw new UnsafeToProceedException(nodes.size()
                    + " nodes were given, and a cluster of an even number of members is one in the midst of a change."
                    + " Give all control-plane nodes.");
        }
        List<String> members = new ArrayList<>();
        byName.values().forEach(node -> members.add(node.etcd().asMember()));
        return String.join(",", members);
    }

    private static void requireNew(@Nullable RestoreNode other, RestoreNode node, String what) {
        if (other != null) {
            throw new UnsafeToProceedException(other.name() + " and " + node.name() + " both are " + what
                    + ". Was one node given twice, or has one the other's manifest?");
        }
    }
}
