package io.drkit.comparison;

import static io.drkit.comparison.Severity.BLOCKING;
import static io.drkit.comparison.Severity.NOTE;
import static io.drkit.comparison.Severity.WARNING;

import io.drkit.comparison.Findings.Sink;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Pods that ran at the primary must find nodes at the standby. */
final class NodeRules {

    /** Labels that name a node or a place, or tell what is compared on its own. */
    private static final Pattern EACH_NODES_OWN = Pattern.compile("kubernetes\\.io/(?:hostname|arch)"
            + "|beta\\.kubernetes\\.io/arch|(?:.*\\.)?topology\\..*|failure-domain\\.beta\\.kubernetes\\.io/.*"
            + "|node-role\\.kubernetes\\.io/.*|.*/(?:host|node|machine)-?(?:name|id|ip)|ovn\\.kubernetes\\.io/.*");

    private NodeRules() {}

    static void controlPlane(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.NODES);
        found.whereKnown(Topic.NODES, primary.nodes(), standby.nodes(), (one, other) -> {
            Set<String> here = controlPlane(one);
            Set<String> there = controlPlane(other);
            if (there.size() < here.size()) {
                sink.add(
                        WARNING,
                        "control-plane nodes",
                        here.size() + ": " + VersionRules.join(here),
                        there.size() + ": " + VersionRules.join(there),
                        "After a failover the control plane survives fewer lost nodes.",
                        "Add control-plane nodes to the standby.");
            } else if (!here.equals(there)) {
                boolean some = here.stream().anyMatch(there::contains);
                sink.add(
                        some ? WARNING : NOTE,
                        "names of the control-plane nodes",
                        VersionRules.join(here),
                        VersionRules.join(there),
                        "What is bound to a node by name (local volumes, nodeName, kubernetes.io/hostname) does not find it"
                                + (some ? ", or finds another machine of the same name." : "."),
                        some
                                ? "Name the nodes of both sites alike, or all differently."
                                : "Look for what names nodes, and free it from them.");
            }
        });
    }

    static void architectures(SiteFacts primary, SiteFacts standby, Findings found) {
        if (!primary.nodes().isKnown() || !standby.nodes().isKnown()) {
            return;
        }
        Set<String> here = VersionRules.all(primary.nodes().get(), NodeFacts::architecture);
        Set<String> there = VersionRules.all(standby.nodes().get(), NodeFacts::architecture);
        boolean untold = false;
        for (Side side : Side.both(primary, standby, found)) {
            for (NodeFacts node : side.site().nodes().get()) {
                if (node.architecture().isEmpty()) {
                    untold = true;
                    side.unknown(
                            Topic.NODES, "unknown: " + node.name() + " does not tell its processor's architecture");
                }
            }
        }
        if (!untold && !there.containsAll(here)) {
            found.of(Topic.NODES)
                    .add(
                            BLOCKING,
                            "processor architecture",
                            VersionRules.join(here),
                            VersionRules.join(there),
                            "Images and node selectors of an architecture that the standby lacks do not run there.",
                            "Add nodes of that architecture to the standby, or build all images for both.");
        }
    }

    static void capacity(SiteFacts primary, SiteFacts standby, Findings found) {
        if (!primary.nodes().isKnown() || !standby.nodes().isKnown()) {
            return;
        }
        Map<String, Long> here = capacity(primary.nodes().get());
        Map<String, Long> there = capacity(standby.nodes().get());
        here.forEach((resource, amount) -> {
            long other = there.getOrDefault(resource, 0L);
            // What rounding and firmware take is no difference.
            if (other < amount - amount / 50) {
                found.of(Topic.NODES)
                        .add(
                                WARNING,
                                "capacity: " + resource,
                                Amount.told(resource, amount),
                                Amount.told(resource, other),
                                "Not all pods of the primary fit: some stay pending after a failover.",
                                "Add nodes, or decide which applications do without, by priority classes.");
            }
        });
    }

    static void labels(SiteFacts primary, SiteFacts standby, Findings found) {
        if (!primary.nodes().isKnown() || !standby.nodes().isKnown()) {
            return;
        }
        Set<String> there = labels(standby.nodes().get());
        for (String label : labels(primary.nodes().get())) {
            if (!there.contains(label)) {
                found.of(Topic.NODES)
                        .add(
                                WARNING,
                                "node label " + label,
                                "borne by " + bearers(primary.nodes().get(), label),
                                "no node bears it",
                                "Pods that select nodes by it stay pending.",
                                "Label nodes of the standby with it.");
            }
        }
    }

    static void runtimeSockets(SiteFacts primary, SiteFacts standby, Findings found) {
        if (!primary.nodes().isKnown() || !standby.nodes().isKnown()) {
            return;
        }
        Set<String> here = VersionRules.all(primary.nodes().get(), NodeFacts::runtimeSocket);
        Set<String> there = VersionRules.all(standby.nodes().get(), NodeFacts::runtimeSocket);
        if (!here.equals(there)) {
            found.of(Topic.NODES)
                    .add(
                            WARNING,
                            "runtime socket (kubeadm's cri-socket)",
                            VersionRules.join(here),
                            VersionRules.join(there),
                            "kubeadm and agents that mount the socket do not find the runtime.",
                            "Use the same socket at both sites.");
        }
    }

    private static Set<String> controlPlane(List<NodeFacts> nodes) {
        return nodes.stream()
                .filter(NodeFacts::isControlPlane)
                .map(NodeFacts::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, Long> capacity(List<NodeFacts> nodes) {
        Map<String, Long> sum = new TreeMap<>();
        nodes.forEach(node -> node.capacity().forEach((resource, amount) -> sum.merge(resource, amount, Long::sum)));
        return sum;
    }

    private static Set<String> labels(List<NodeFacts> nodes) {
        return nodes.stream()
                .flatMap(node -> node.labels().entrySet().stream())
                .filter(label -> !EACH_NODES_OWN.matcher(label.getKey()).matches())
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String bearers(List<NodeFacts> nodes, String label) {
        return nodes.stream()
                .filter(node -> labels(List.of(node)).contains(label))
                .map(NodeFacts::name)
                .collect(Collectors.joining(", "));
    }
}
