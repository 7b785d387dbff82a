package io.drkit.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.SiteUnreachableException;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsVantage;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.examples.runbook.platform.Applications;
import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.platform.Domain;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.NodeScript;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.kubernetes.dns.PodVantage;
import io.drkit.ssh.SshConnection;
import io.drkit.ssh.SshNodeAccess;
import io.drkit.volsync.VolSyncPvcReplicator;
import io.drkit.volume.PvcSwitchover;
import io.drkit.workload.Claims;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * All parts of a configuration file as the platform that runbooks are about. Connects to nothing.
 *
 * @param bound what a run is bound to: the sites and what is to be done to them, without secrets
 * @param journal where a run is kept on this machine
 */
public record PlatformSettings(Platform platform, String bound, Path journal) {

    /** Which of the file's sites are meant: the one that is left, and the one that takes over. */
    public record Sites(String from, String to) {

        /** As they are called where nothing else is said. */
        public static final Sites DEFAULT = new Sites("primary", "standby");

        /** @throws IllegalArgumentException when they are one */
        public Sites {
            if (from.equals(to)) {
                throw new IllegalArgumentException("--from and --to are two sites, and not both " + from + ".");
            }
        }

        List<String> both() {
            return List.of(from, to);
        }
    }

    /** What one reading of the file needs everywhere. */
    private record Source(
            Path file, JsonNode tree, ConfigFile config, RunbookSettings runbooks, CommonOptions common, Sites sites) {}

    /**
     * Reads them.
     *
     * @param sites which two of the file's
     * @param deadline of each call to a site
     * @throws IllegalArgumentException in one sentence, when a part is wrong
     */
    public static PlatformSettings read(Path file, Sites sites, Duration deadline) {
        CommonOptions common = new CommonOptions();
        common.config = file;
        common.deadline = deadline;
        JsonNode tree = ConfigFile.tree(file, System::getenv);
        Source from = new Source(
                file, tree, ConfigFile.read(file, System::getenv), RunbookSettings.read(file, tree), common, sites);
        return new PlatformSettings(platform(from), bound(from), from.runbooks.journal(file));
    }

    private static Platform platform(Source from) {
        RunbookSettings runbooks = from.runbooks;
        requireBothEncryptions(from);
        Map<String, ControlPlane> nodes = nodes(from);
        Map<String, KubernetesConnection> clusters = clusters(from);
        Optional<Domain> domain = domain(from);
        return new Platform(
                new Way(
                        etcd(from, from.sites.from),
                        etcd(from, from.sites.to),
                        runbooks.scope(from.file),
                        runbooks.mirror()),
                runbooks.objectives(from.file),
                nodes,
                clusters,
                domain,
                drill(from, domain),
                applications(from),
                runbooks.restarts(from.file),
                Optional.ofNullable(runbooks.script()).map(script -> script(from, script)),
                runbooks.apiserver(from.file),
                runbooks.fenced(from.file));
    }

    /** As for drkit mirror: values are re-encrypted between the sites, or copied as they are. */
    private static void requireBothEncryptions(Source from) {
        long given = from.sites.both().stream()
                .filter(site -> from.config.site(site).encryptionConfig() != null)
                .count();
        if (given == 1) {
            throw new IllegalArgumentException(from.file + ": to re-encrypt between the sites, name the"
                    + " encryption-config of both; for a site without, one with the provider identity.");
        }
    }

    private static EtcdSite etcd(Source from, String name) {
        SiteSettings site = from.config.site(name);
        return new EtcdSite(
                name,
                site.connection("at", from.common),
                Optional.ofNullable(site.encryptionConfig()).map(EncryptionConfig::read));
    }

    private static Map<String, ControlPlane> nodes(Source from) {
        Map<String, ControlPlane> nodes = new TreeMap<>();
        if (from.config.nodes() != null) {
            from.sites.both().stream()
                    .filter(from.config.nodes()::containsKey)
                    .forEach(site -> nodes.put(
                            site,
                            new ControlPlane(from.config.nodes(site).stream()
                                    .map(PlatformSettings::node)
                                    .toList())));
        }
        return nodes;
    }

    private static ControlPlane.Node node(SshConnection to) {
        return new ControlPlane.Node(to.host(), () -> new SshNodeAccess(to));
    }

    private static Map<String, KubernetesConnection> clusters(Source from) {
        Map<String, KubernetesConnection> clusters = new TreeMap<>();
        if (from.tree.path("clusters").isObject()) {
            VolumeSettings.Parts parts = VolumeSettings.read(from.file);
            from.sites.both().stream()
                    .filter(parts.clusters()::containsKey)
                    .forEach(site -> clusters.put(site, parts.connection(site, from.common.deadline)));
        }
        return clusters;
    }

    private static Optional<Domain> domain(Source from) {
        if (from.tree.path("dns").path("backend").isMissingNode()) {
            return Optional.empty();
        }
        DnsSettings dns = DnsSettings.read(from.file);
        from.sites.both().forEach(dns::addresses);
        return Optional.of(new Domain(
                dns.domainNames(),
                dns::addresses,
                () -> dns.open(from.file, from.common.deadline),
                change -> audience(from, dns, change),
                from.runbooks.patience(from.file)));
    }

    private static Domain.Audience audience(Source from, DnsSettings dns, DnsChange change) {
        List<PodVantage> pods = dns.podSettings().stream()
                .map(pod -> pod.vantage(from.file, from.common.deadline))
                .toList();
        try {
            List<DnsVantage> all = new ArrayList<>(dns.servers(change, from.common.deadline.dividedBy(2)));
            all.addAll(pods);
            return new Domain.Audience(all, () -> pods.forEach(PodVantage::close));
        } catch (InterruptedException e) {
            pods.forEach(PodVantage::close);
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("Looking for the name servers was interrupted.", e);
        }
    }

    private static Optional<Domain> drill(Source from, Optional<Domain> domain) {
        List<DnsName> names = from.runbooks.drillNames(from.file);
        if (names.isEmpty()) {
            return Optional.empty();
        }
        Domain live = domain.orElseThrow(() -> new IllegalArgumentException(
                from.file + ": runbooks.drill.names can be switched only where dns names a backend."));
        if (names.stream().anyMatch(live.names()::contains)) {
            throw new IllegalArgumentException(
                    from.file + ": runbooks.drill.names are names of their own, none of dns.names.");
        }
        return Optional.of(live.of(names));
    }

    private static Optional<Applications> applications(Source from) {
        List<Claims> claims = from.runbooks.claims(from.file);
        if (claims.isEmpty()) {
            return Optional.empty();
        }
        VolumeSettings.Parts parts = VolumeSettings.read(from.file);
        KubernetesConnection here = parts.connection(from.sites.from, from.common.deadline);
        KubernetesConnection there = parts.connection(from.sites.to, from.common.deadline);
        return Optional.of(new Applications(claims, new Applications.Volumes() {
            @Override
            public <T> T with(Function<PvcSwitchover, T> work) {
                try (KubernetesClient source = here.openUnseen();
                        KubernetesClient destination = there.openUnseen()) {
                    return work.apply(switchover(from, parts, source, destination));
                }
            }
        }));
    }

    private static PvcSwitchover switchover(
            Source from, VolumeSettings.Parts parts, KubernetesClient source, KubernetesClient destination) {
        return new PvcSwitchover(
                new VolSyncPvcReplicator(
                        parts.volumes().site(from.file, from.sites.from, source),
                        parts.volumes().site(from.file, from.sites.to, destination),
                        parts.options().build()),
                new KubernetesQuiescer(source),
                new KubernetesQuiescer(destination),
                parts.volumes().switchover(from.file),
                (what, done, total) -> {});
    }

    private static NodeScript script(Source from, RunbookSettings.Script script) {
        if (script.site() == null
                || script.command() == null
                || script.command().isBlank()) {
            throw new IllegalArgumentException(
                    from.file + ": runbooks.script needs 'site' and 'command': {site: standby, command: ...}");
        }
        SshConnection to = from.config.nodes(script.site()).stream()
                .filter(node -> script.host() == null
                        || script.host().equals(node.host())
                        || script.host().equals(node.host() + ":" + node.port()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(from.file + ": runbooks.script.host is '"
                        + script.host() + "', which is no node of " + script.site() + "."));
        return new NodeScript(node(to), script.command());
    }

    /**
     * Endpoints, nodes, clusters, volumes, names and addresses, and the runbooks' part but for what may change in the midst of a run. Of what may be a secret only
     * where it is kept, and nothing of the backend but its type.
     */
    private static String bound(Source from) {
        JsonNode tree = from.tree;
        StringBuilder bound = new StringBuilder();
        from.sites
                .both()
                .forEach(site -> bound.append(site)
                        .append(tree.path("sites").path(site).path("endpoints"))
                        .append(tree.path("nodes").path(site).path("hosts"))
                        .append(tree.path("clusters").path(site))
                        .append('\n'));
        bound.append(tree.path("dns").path("names"))
                .append(tree.path("dns").path("addresses"))
                .append(tree.path("dns").path("backend").path("type"))
                .append('\n')
                .append(without(tree.path("volumes"), List.of("timeouts", "parallel")))
                .append('\n')
                .append(without(tree.path("runbooks"), List.of("objectives", "journal", "resolution-timeout")));
        return bound.toString();
    }

    private static JsonNode without(JsonNode part, List<String> fields) {
        return part instanceof ObjectNode object ? object.deepCopy().without(fields) : part;
    }
}
