package io.drkit.examples.runbook.step;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.examples.runbook.platform.Applications;
import io.drkit.examples.runbook.platform.Domain;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.node.HostFacts;
import io.drkit.node.NodeOutcome;
import io.drkit.volume.ReplicationPhase;
import io.drkit.volume.ReplicationStatus;
import io.drkit.workload.Claims;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks at what belongs to the sites beside etcd: nodes, APIs, name servers, volumes. Each is skipped where it is not configured. */
public final class PartLooks {

    private static final Set<ReplicationPhase> GOOD = Set.of(ReplicationPhase.IDLE, ReplicationPhase.SYNCING);

    private final Platform platform;
    private final Clock clock;

    public PartLooks(Platform platform, Clock clock) {
        this.platform = platform;
        this.clock = clock;
    }

    /** That each node of a site lets us in. */
    public Look nodes(EtcdSite site) {
        return Look.at(platform.controlPlane(site), "no nodes of " + site + " are configured", nodes -> context -> {
            List<String> silent = nodes.each(HostFacts::of).stream()
                    .filter(NodeOutcome.Failed.class::isInstance)
                    .map(NodeOutcome::node)
                    .toList();
            if (!silent.isEmpty()) {
                throw new UnsafeToProceedException("Nodes of " + site + " that cannot be reached: "
                        + String.join(", ", silent) + ". See drkit node check.");
            }
            return nodes.nodes().size() + " nodes reached";
        });
    }

    /** That a site's Kubernetes API answers. */
    public Look api(EtcdSite site) {
        return Look.at(platform.cluster(site), "no cluster of " + site + " is configured", cluster -> context -> {
            try (KubernetesClient client = cluster.open()) {
                return "answers at " + client.getMasterUrl();
            }
        });
    }

    /** That the names can be read where they would be changed, and exist. */
    public Look domain() {
        return Look.at(platform.domain(), "no names are configured", this::domain);
    }

    private Look.Looking domain(Domain domain) {
        return context -> {
            try (DnsSwitcher dns = domain.switcher().get()) {
                DnsRecords now = dns.read(domain.names());
                List<DnsName> missing = now.names().stream()
                        .filter(name -> now.at(name).isEmpty())
                        .toList();
                if (!missing.isEmpty()) {
                    throw new UnsafeToProceedException("Names that do not exist at " + dns.name() + ": " + missing);
                }
                return now.names().stream()
                        .map(name -> name + " " + now.describe(name))
                        .collect(Collectors.joining("; "));
            }
        };
    }

    /** That the applications' volumes are replicated, and no older at the destination than is promised. */
    public Look volumes() {
        return Look.at(platform.applications(), Move.NOTHING, this::volumes);
    }

    private Look.Looking volumes(Applications applications) {
        return context -> applications.volumes().with(volumes -> {
            List<String> wanting = new ArrayList<>();
            int count = 0;
            for (Claims claims : applications.claims()) {
                for (ReplicationStatus status : volumes.status(claims).values()) {
                    count++;
                    wanting(status).ifPresent(wanting::add);
                }
            }
            if (!wanting.isEmpty()) {
                throw new UnsafeToProceedException(String.join(" ", wanting));
            }
            return count + " volumes fresh";
        });
    }

    private Optional<String> wanting(ReplicationStatus status) {
        if (!GOOD.contains(status.phase())) {
            return Optional.of(
                    "The " + status.claim() + " is " + status.phase() + ". " + String.join(" ", status.notes()));
        }
        if (status.shrunken()) {
            return Optional.of("The " + status.claim() + " holds much less than before: was its source emptied?");
        }
        Optional<Duration> age = status.lag(clock.instant());
        if (age.isEmpty()) {
            return Optional.of("Nobody knows how old the " + status.claim() + " is at the destination.");
        }
        return platform.objectives()
                .rpo()
                .filter(promised -> age.get().compareTo(promised) > 0)
                .map(promised -> "The " + status.claim() + " is " + age.get().toSeconds()
                        + " s old at the destination, and no more than " + promised.toSeconds() + " s are promised.");
    }
}
