package io.drkit.comparison;

import static io.drkit.comparison.Severity.BLOCKING;
import static io.drkit.comparison.Severity.WARNING;

import io.drkit.comparison.Findings.Sink;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What addresses mean must be the same at both sites. */
final class NetworkRules {

    private NetworkRules() {}

    static void plugin(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.NETWORK);
        found.whereKnown(Topic.NETWORK, primary.network(), standby.network(), (one, other) -> {
            if (one.equals(other)) {
                return;
            }
            if (one.keySet().equals(other.keySet())) {
                sink.add(
                        WARNING,
                        "version of the CNI plugin",
                        told(one),
                        told(other),
                        "Policies and pools that use what the other version does not know may not hold.",
                        "Bring both sites to the same version of the plugin.");
            } else {
                sink.add(
                        BLOCKING,
                        "CNI plugin",
                        told(one),
                        told(other),
                        "Network policies and the plugin's own resources mean nothing to another plugin: pods may be cut off,"
                                + " or open to all.",
                        "Use the same CNI plugin at both sites.");
            }
        });
    }

    /** Where the plugins that run are known to be others, their configuration is no news. */
    static void hostPlugins(SiteFacts primary, SiteFacts standby, Findings found) {
        boolean otherPlugins = primary.network().isKnown()
                && standby.network().isKnown()
                && !primary.network()
                        .get()
                        .keySet()
                        .equals(standby.network().get().keySet());
        Set<String> here = HostRules.reached(primary).values().stream()
                .collect(TreeSet::new, (all, host) -> all.addAll(host.cniPlugins()), Set::addAll);
        Set<String> there = HostRules.reached(standby).values().stream()
                .collect(TreeSet::new, (all, host) -> all.addAll(host.cniPlugins()), Set::addAll);
        if (!otherPlugins && !here.isEmpty() && !there.isEmpty() && !here.equals(there)) {
            found.of(Topic.NETWORK)
                    .add(
                            WARNING,
                            "CNI configuration of the hosts",
                            VersionRules.join(here),
                            VersionRules.join(there),
                            "Bandwidth limits, host ports or second networks of pods may not work.",
                            "Compare /etc/cni/net.d on the hosts of both sites.");
        }
    }

    static void podSubnets(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.POD_SUBNETS);
        found.whereKnown(Topic.POD_SUBNETS, primary.podSubnets(), standby.podSubnets(), (one, other) -> {
            if (!Set.copyOf(one).equals(Set.copyOf(other))) {
                sink.add(
                        WARNING,
                        "pod subnets",
                        String.join(", ", one),
                        String.join(", ", other),
                        "Network policies, firewalls and applications that name addresses of pods match others or none.",
                        "Look for such addresses, or install the standby with the primary's pod subnets.");
            }
        });
    }

    static void serviceSubnets(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.SERVICE_SUBNETS);
        found.whereKnown(Topic.SERVICE_SUBNETS, primary.serviceSubnets(), standby.serviceSubnets(), (one, other) -> {
            if (!Set.copyOf(one).equals(Set.copyOf(other))) {
                sink.add(
                        BLOCKING,
                        "service subnets",
                        String.join(", ", one),
                        String.join(", ", other),
                        "Mirrored Services keep their cluster IPs, which are outside of the standby's range: they are not"
                                + " served, and cannot be changed.",
                        "Install the standby with the primary's service subnets.");
            }
        });
    }

    private static String told(Map<String, String> plugins) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(plugins)
                .forEach((name, version) -> text.append(text.isEmpty() ? "" : ", ")
                        .append(name)
                        .append(' ')
                        .append(version));
        return text.toString().strip();
    }
}
