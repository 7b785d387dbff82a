package io.drkit.comparison;

import static io.drkit.comparison.Severity.BLOCKING;
import static io.drkit.comparison.Severity.NOTE;
import static io.drkit.comparison.Severity.WARNING;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The machines that the control planes run on: their names, what they reach, and their clocks. */
final class HostRules {

    /** Of a site to which only redirections go. */
    private static final int HTTP = 80;

    /** From where on etcd itself warns that clocks differ too much (its {@code rafthttp} prober). */
    private static final long SKEW_MILLIS = 1_000;

    private HostRules() {}

    /** Hosts of one site must differ from each other, and be called as their nodes are. */
    static void names(SiteFacts primary, SiteFacts standby, Findings found) {
        found.whereKnown(Topic.HOSTS, primary.hosts(), standby.hosts(), (one, other) -> {
            for (Side side : Side.both(primary, standby, found)) {
                side.site().hosts().get().forEach((host, fact) -> {
                    if (!fact.isKnown()) {
                        side.unknown(Topic.HOSTS, host + ": " + Findings.said(fact));
                    }
                });
                name(side);
            }
        });
    }

    private static void name(Side side) {
        SiteFacts site = side.site();
        Set<String> nodes =
                site.nodes().isKnown() ? VersionRules.all(site.nodes().get(), NodeFacts::name) : Set.of();
        Set<String> seen = new HashSet<>();
        reached(site).forEach((host, facts) -> {
            boolean twice = !seen.add(facts.hostname());
            // The kubelet registers under the host name in lower case unless it is told otherwise.
            boolean stranger =
                    !nodes.isEmpty() && !nodes.contains(facts.hostname().toLowerCase(Locale.ROOT));
            if (twice || stranger) {
                side.add(
                        Topic.HOSTS,
                        WARNING,
                        "host name of " + host + " at " + site.site(),
                        host + " is called " + facts.hostname(),
                        twice ? "a name of its own" : "the name of a node: " + VersionRules.join(nodes),
                        "etcd members and kubelets that go by the host name may collide, or register anew.",
                        "See whether it is the right machine; give it the name of its node.");
            }
        });
    }

    static void ports(SiteFacts primary, SiteFacts standby, Findings found) {
        found.whereKnown(Topic.PORTS, primary.ports(), standby.ports(), (one, other) -> {
            toward(
                    new Side(standby, false, found),
                    Stream.concat(from(primary, one), here(other)).toList());
            toward(
                    new Side(primary, true, found),
                    Stream.concat(from(standby, other), here(one)).toList());
        });
    }

    private static Stream<PortLook> from(SiteFacts site, List<PortLook> looks) {
        return looks.stream()
                .filter(look -> !look.from().equals(PortLook.HERE))
                .map(look -> new PortLook(
                        site.site() + " " + look.from(), look.to(), look.port(), look.state(), look.because()));
    }

    private static Stream<PortLook> here(List<PortLook> looks) {
        return looks.stream().filter(look -> look.from().equals(PortLook.HERE));
    }

    private static void toward(Side side, List<PortLook> looks) {
        Map<String, List<PortLook>> byPort = new TreeMap<>();
        for (PortLook look : looks) {
            if (look.state() == PortLook.State.CLOSED) {
                byPort.computeIfAbsent(look.to() + " port " + look.port(), port -> new ArrayList<>())
                        .add(look);
            } else if (look.state() == PortLook.State.UNKNOWN) {
                side.unknown(Topic.PORTS, "unknown from " + look.from() + ": " + look.because());
            }
        }
        byPort.forEach((port, closed) -> {
            boolean fromNodes = closed.stream().anyMatch(look -> !look.from().equals(PortLook.HERE));
            boolean minor = closed.get(0).port() == HTTP || !fromNodes;
            Set<String> from = new TreeSet<>();
            closed.forEach(look -> from.add(look.from()));
            side.add(
                    Topic.PORTS,
                    minor ? WARNING : BLOCKING,
                    port + " of " + side.site().site(),
                    "takes no connection from " + VersionRules.join(from),
                    "must reach it",
                    purpose(closed.get(0).port()),
                    "Open it in firewalls and at the load balancer, and see that something listens there.");
        });
    }

    private static String purpose(int port) {
        return switch (port) {
            case HTTP -> "Clients that come by http are not led to https.";
            case 443 -> "The platform of the other site, and its agents, are out of reach.";
            case 2379 -> "The mirror cannot read or write etcd, nor go the other way after a failover.";
            case 6443 -> "The other site's API server is out of reach: no switch-over, no failback.";
            case 11443 -> "Images cannot be copied to, or pulled from, the other site's registry.";
            default -> "What uses this port does not work.";
        };
    }

    static void clocksWithinSites(SiteFacts primary, SiteFacts standby, Findings found) {
        for (Side side : Side.both(primary, standby, found)) {
            Clock earliest = null;
            Clock latest = null;
            for (Map.Entry<String, HostSummary> host : reached(side.site()).entrySet()) {
                Clock clock = new Clock(host.getKey(), host.getValue());
                earliest = earliest == null || clock.ahead() < earliest.ahead() ? clock : earliest;
                latest = latest == null || clock.ahead() > latest.ahead() ? clock : latest;
            }
            if (earliest != null && latest != null && earliest.surelyApart(latest) > SKEW_MILLIS) {
                side.add(
                        Topic.CLOCKS,
                        WARNING,
                        "clocks of the hosts of " + side.site().site(),
                        latest.host() + " is ahead of " + earliest.host() + " by " + earliest.apart(latest),
                        "at most 1 s",
                        "Leases, tokens and certificates are judged differently by the site's own hosts.",
                        "Have all hosts ask the same time servers (chrony).");
            }
        }
    }

    /** As far apart as the two closest clocks of both sites: one host that is off is told of its own site. */
    static void clocksBetweenSites(SiteFacts primary, SiteFacts standby, Findings found) {
        Map<String, HostSummary> here = reached(primary);
        Map<String, HostSummary> there = reached(standby);
        if (here.isEmpty() || there.isEmpty()) {
            found.unknown(Topic.CLOCKS, Findings.said(primary.hosts()), Findings.said(standby.hosts()));
            return;
        }
        if (!primary.observer().equals(standby.observer())) {
            found.of(Topic.CLOCKS)
                    .add(
                            NOTE,
                            "clocks of the two sites",
                            "measured on " + primary.gathered(),
                            "measured on " + standby.gathered(),
                            "Facts that were gathered apart do not tell how far the sites' clocks are from each other.",
                            "See that the hosts of both sites ask the same time servers (chrony).");
            return;
        }
        Clock one = null;
        Clock other = null;
        for (Map.Entry<String, HostSummary> a : here.entrySet()) {
            for (Map.Entry<String, HostSummary> b : there.entrySet()) {
                Clock first = new Clock(a.getKey(), a.getValue());
                Clock second = new Clock(b.getKey(), b.getValue());
                if (one == null || other == null || first.surelyApart(second) < one.surelyApart(other)) {
                    one = first;
                    other = second;
                }
            }
        }
        if (one != null && other != null && one.surelyApart(other) > SKEW_MILLIS) {
            found.of(Topic.CLOCKS)
                    .add(
                            WARNING,
                            "clocks of the two sites",
                            one.host() + (one.ahead() < other.ahead() ? " is behind" : " is ahead"),
                            "by " + one.apart(other) + " of " + other.host(),
                            "Fresh certificates and tokens of one site are not valid yet at the other, and the RPO is told"
                                    + " wrongly by as much.",
                            "Have the hosts of both sites ask the same time servers (chrony).");
        }
    }

    /** The hosts that could be looked at. */
    static Map<String, HostSummary> reached(SiteFacts site) {
        Map<String, HostSummary> reached = new TreeMap<>();
        if (site.hosts().isKnown()) {
            site.hosts().get().forEach((host, fact) -> {
                if (fact.isKnown()) {
                    reached.put(host, fact.get());
                }
            });
        }
        return reached;
    }

    private record Clock(String host, HostSummary facts) {

        long ahead() {
            return facts.clockAheadMillis();
        }

        /** What is left of the difference when the measuring was as wrong as it may have been; in milliseconds. */
        long surelyApart(Clock other) {
            return Math.abs(ahead() - other.ahead()) - uncertainty(other);
        }

        private long uncertainty(Clock other) {
            return facts.clockUncertaintyMillis() + other.facts.clockUncertaintyMillis();
        }

        String apart(Clock other) {
            return String.format(
                    Locale.ROOT,
                    "%.3f s, give or take %.3f s",
                    Math.abs(ahead() - other.ahead()) / 1_000.0,
                    uncertainty(other) / 1_000.0);
        }
    }
}
