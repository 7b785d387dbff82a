package io.drkit.comparison;

import static io.drkit.comparison.Severity.BLOCKING;
import static io.drkit.comparison.Severity.NOTE;
import static io.drkit.comparison.Severity.WARNING;

import io.drkit.comparison.Findings.Sink;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What runs at both sites must read and write the same. */
final class VersionRules {

    private VersionRules() {}

    static void kubernetes(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.KUBERNETES);
        found.whereKnown(Topic.KUBERNETES, primary.kubernetes(), standby.kubernetes(), (one, other) -> {
            if (one.equals(other)) {
                return;
            }
            if (Version.sameMinor(one, other)) {
                sink.add(
                        WARNING,
                        "API server",
                        one,
                        other,
                        "Fixes that the platform relies on may be missing after a failover.",
                        "Bring both sites to the same patch release.");
            } else {
                sink.add(
                        BLOCKING,
                        "API server",
                        one,
                        other,
                        "Objects that one version wrote into etcd may not be readable, or lose fields, with the other.",
                        "Upgrade both sites to the same minor version before the next failover.");
            }
        });
    }

    /** A kubelet may be up to three minor versions older than its API server, never newer (Kubernetes' version skew policy, since 1.28). */
    static void kubelets(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.KUBELETS);
        found.whereKnown(Topic.KUBELETS, primary.nodes(), standby.nodes(), (one, other) -> {
            Set<String> here = all(one, NodeFacts::kubelet);
            Set<String> there = all(other, NodeFacts::kubelet);
            if (!here.equals(there)) {
                sink.add(
                        WARNING,
                        "kubelet",
                        join(here),
                        join(there),
                        "Pods may be run differently; a kubelet newer than the API server, or four minor versions older,"
                                + " is not supported.",
                        "Bring the kubelets of both sites to the same version.");
            }
        });
    }

    static void etcd(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.ETCD);
        found.whereKnown(Topic.ETCD, primary.etcd(), standby.etcd(), (one, other) -> {
            if (!one.equals(other)) {
                boolean sameMinor = Version.sameMinor(one, other);
                sink.add(
                        sameMinor ? NOTE : WARNING,
                        "etcd",
                        one,
                        other,
                        sameMinor
                                ? "Nothing that is known; fixes may be missing at one site."
                                : "A snapshot of the newer etcd may not be restorable with the older one.",
                        "Bring both sites to the same etcd version.");
            }
        });
    }

    static void runtime(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.RUNTIME);
        found.whereKnown(Topic.RUNTIME, primary.nodes(), standby.nodes(), (one, other) -> {
            Set<String> here = all(one, NodeFacts::runtime);
            Set<String> there = all(other, NodeFacts::runtime);
            if (here.equals(there)) {
                return;
            }
            boolean sameKind = kinds(here).equals(kinds(there));
            sink.add(
                    sameKind ? NOTE : WARNING,
                    "runtime of the nodes",
                    join(here),
                    join(there),
                    sameKind
                            ? "Nothing that is known; fixes may be missing at one site."
                            : "Runtime classes, registry mirrors and agents that speak to the runtime's socket may not work.",
                    "Have the same runtime in the same version on the nodes of both sites.");
        });
    }

    static Set<String> all(List<NodeFacts> nodes, Function<NodeFacts, String> what) {
        return nodes.stream()
                .map(what)
                .filter(value -> !value.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static String join(Set<String> values) {
        return values.isEmpty() ? "none" : String.join(", ", values);
    }

    private static Set<String> kinds(Set<String> runtimes) {
        return runtimes.stream().map(runtime -> runtime.replaceFirst(":.*", "")).collect(Collectors.toSet());
    }
}
