package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.kubernetes.RolloutRestart;
import io.drkit.testkit.dns.Bind;
import io.drkit.testkit.machine.PrivateNetwork;
import io.drkit.testkit.ssh.OpenSshServer;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.StandInSite;
import io.drkit.volsync.TwoSites;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that a drkit.yaml can name, at once: two sites of a machine each with a real etcd, whose values are encrypted with keys of the site's own, and a real
 * OpenSSH server and firewall; a real name server; two clusters that are played, with an application whose volumes are real files; what must be
 * restarted, and a script on the standby's node.
 */
final class WholePlatform implements AutoCloseable {

    static final DnsName ZONE = DnsName.of("whole.example");
    static final DnsName NAME = DnsName.of("platform.whole.example");
    static final DnsName DRILL = DnsName.of("drill.whole.example");

    private static final List<String> CLAIMS = List.of("data", "media");

    final MachineSite primary;
    final MachineSite standby;
    final Bind bind;
    private final PrivateNetwork network;
    private final Path folder;
    private final String nodes;
    private @Nullable TwoSites clusters;

    WholePlatform(Path folder) {
        assumeTrue(PrivateNetwork.canBeHad(), "Network namespaces are made by root, where they are allowed.");
        assumeTrue(OpenSshServer.canBeSetApart(), "Nodes are set apart by root, with sudo installed.");
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "nftables is missing: run script/setup.");
        this.folder = folder;
        network = PrivateNetwork.start();
        primary = new MachineSite("primary", network, folder, secret('p'), secret('q'));
        standby = new MachineSite("standby", network, folder, secret('s'), secret('t'));
        bind = Bind.primary(ZONE.toString());
        nodes = "{primary: %s, standby: %s}".formatted(primary.nodes(), standby.nodes());
    }

    private static String secret(char of) {
        return Base64.getEncoder()
                .encodeToString(Character.toString(of).repeat(32).getBytes(StandardCharsets.UTF_8));
    }

    TwoSites clusters() {
        TwoSites both = clusters;
        if (both == null) {
            throw new IllegalStateException("The first day has not come.");
        }
        return both;
    }

    StandInSite cluster(MachineSite site) {
        return site == primary ? clusters().primary() : clusters().standby();
    }

    Path config() {
        return folder.resolve("drkit.yaml");
    }

    Path journal() {
        return folder.resolve("run.json");
    }

    /** Where the user's script tells that it ran. */
    private Path effects() {
        return standby.node.folder().resolve("effects");
    }

    /** What the user's script did, a line a time. */
    List<String> scriptRuns() {
        try {
            return Files.exists(effects()) ? Files.readAllLines(effects()) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything as before disaster recovery: the primary has content, the standby is empty, and nothing is replicated. */
    void firstHour() {
        try {
            if (clusters != null) {
                clusters.close();
            }
            clusters = TwoSites.start();
            for (MachineSite site : List.of(primary, standby)) {
                site.clear();
                site.etcd.etcdctl("put", "/registry/minions/node-" + site, "each site's own");
            }
            IntStream.range(0, 3).forEach(i -> primary.put("configmaps", "c" + i, "value " + i));
            IntStream.range(0, 3).forEach(i -> primary.put("secrets", "s" + i, "secret " + i));
            bind.hold(DnsRecords.pointing(List.of(NAME), Duration.ofMinutes(1), List.of("192.0.2.1")));
            bind.hold(DnsRecords.none(List.of(DRILL)));
            Files.deleteIfExists(journal());
            Files.deleteIfExists(effects());
            for (String claim : CLAIMS) {
                clusters().primary().namespace().create(Manifests.claim(claim, "app: shop"));
            }
            clusters().primary().namespace().create(Manifests.deployment("shop", 2, "data", "media"));
            clusters().standby().namespace().create(Manifests.deployment("shop", 0, "data", "media"));
            for (StandInSite site : List.of(clusters().primary(), clusters().standby())) {
                site.namespace().create(Manifests.deployment("web", 0));
                // As its controller says it: it has seen whatever comes.
                site.own()
                        .apps()
                        .deployments()
                        .inNamespace(clusters().namespace())
                        .withName("web")
                        .subresource("status")
                        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"observedGeneration\":99}}");
            }
            // Claims are bound when a pod mounts them.
            CLAIMS.forEach(claim -> await().atMost(Duration.ofSeconds(20))
                    .ignoreException(IllegalStateException.class)
                    .until(() -> {
                        clusters().primary().files(claim).write("file", claim + " of the first day");
                        return true;
                    }));
            configure();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first day's evening: the standby is level and proved equal, and the volumes are replicated and fresh. */
    void firstDay() {
        firstHour();
        Cli enabled = run("enable");
        assertThat(enabled.code()).as(enabled.out() + enabled.err()).isZero();
        replicateVolumes();
    }

    /** Has the application's volumes replicated, and fresh. */
    void replicateVolumes() {
        for (String verb : List.of("protect", "sync")) {
            Cli done = Cli.drkit(
                    "pvc",
                    verb,
                    "--config",
                    config().toString(),
                    "--namespace",
                    clusters().namespace(),
                    "--selector",
                    "app=shop");
            assertThat(done.code()).as(done.out() + done.err()).isZero();
        }
    }

    /** The primary is lost but for its machine, with a write that nobody has: etcd is killed, and nothing of its cluster answers. */
    void losePrimary() {
        primary.put("configmaps", "late", "nobody had it");
        clusters().primary().goDown();
        primary.etcd.kill();
    }

    boolean primaryIsUp() {
        return !clusters().primary().isDown();
    }

    /** As it was, and behind whatever fence there is. */
    void primaryComesBack() {
        primary.etcd.start();
        clusters().primary().comeBack();
    }

    /** The platform lost its primary and is at the standby; the old primary is back, with a write that nobody had, and the new one went on. */
    void failedOver() {
        firstDay();
        losePrimary();
        Cli done = run("failover", "--yes-all");
        assertThat(done.code()).as(done.err()).isZero();
        primaryComesBack();
        goOnAtTheStandby();
    }

    /** What is written where the platform is, after a failover. */
    void goOnAtTheStandby() {
        standby.put("configmaps", "c1", "changed since the failover");
        standby.put("secrets", "new", "since the failover");
        cluster(standby).files("data").write("new", "since the failover");
    }

    private void configure() throws IOException {
        Files.writeString(folder.resolve("tsig.key"), Bind.KEY_SECRET + "\n");
        clusters().primary().api().kubeconfig(folder.resolve("primary.kubeconfig"));
        clusters().standby().api().kubeconfig(folder.resolve("standby.kubeconfig"));
        Files.writeString(config(), """
                sites:
                  primary: {endpoints: ["%s"], encryption-config: %s}
                  standby: {endpoints: ["%s"], encryption-config: %s}
                nodes: %s
                clusters:
                  primary: {kubeconfig: primary.kubeconfig}
                  standby: {kubeconfig: standby.kubeconfig}
                volumes:
                  timeouts: {set-up: 20s, sync: 30s, quiesce: 30s, poll: 20ms}
                dns:
                  names: [%s]
                  addresses: {primary: 192.0.2.1, standby: 198.51.100.1}
                  authoritative: ["%s:%d"]
                  backend: {type: rfc2136, server: "%s:%d", key-name: %s, secret-file: tsig.key}
                runbooks:
                  objectives: {rpo: 30m, rto: 30m}
                  applications: [{namespace: %s, selector: app=shop}]
                  restart: [%s/deployment/web]
                  script: {site: standby, command: 'echo "ran for $1" >> %s'}
                  drill: {names: [%s]}
                  journal: run.json
                """.formatted(
                        primary.etcd.endpoint(0),
                        primary.encryption,
                        standby.etcd.endpoint(0),
                        standby.encryption,
                        nodes,
                        NAME,
                        bind.address(),
                        bind.port(),
                        bind.address(),
                        bind.port(),
                        Bind.KEY_NAME,
                        clusters().namespace(),
                        clusters().namespace(),
                        effects(),
                        DRILL));
    }

    Cli run(String runbook, String... more) {
        return Cli.drkit(
                Stream.concat(Stream.of(runbook, "--config", config().toString(), "--deadline", "5s"), Stream.of(more))
                        .toArray(String[]::new));
    }

    /** Where the platform's name leads. */
    List<String> leads() {
        return bind.told(NAME, RecordType.A);
    }

    /** What the deployment that must notice was restarted for last, if ever. */
    Optional<String> restartedFor(MachineSite site) {
        return Optional.ofNullable(web(cluster(site)).getAnnotations())
                .map(annotations -> annotations.get(RolloutRestart.RESTARTED_FOR));
    }

    private ObjectMeta web(StandInSite site) {
        return site.own()
                .apps()
                .deployments()
                .inNamespace(clusters().namespace())
                .withName("web")
                .require()
                .getSpec()
                .getTemplate()
                .getMetadata();
    }

    /** All that a run is about, for a comparison of two ends: equal where nothing differs but times and the names that chance gave. */
    SortedMap<String, String> state() {
        SortedMap<String, String> state = new TreeMap<>();
        for (MachineSite site : List.of(primary, standby)) {
            site.registry().forEach((key, value) -> state.put(site + " " + key, value));
            site.quarantine().forEach((key, value) -> state.put(site + " set aside " + key, value));
            state.put(site + " role", role(site));
            state.put(site + " firewall", site.firewall());
            state.put(site + " restarted", Boolean.toString(restartedFor(site).isPresent()));
            volumes(site, state);
        }
        state.put("name", leads().toString());
        state.put("drill's name", bind.told(DRILL, RecordType.A).toString());
        state.put("script", scriptRuns().stream().distinct().toList().toString());
        return state;
    }

    /** A site's, as it is kept there. */
    String role(MachineSite site) {
        return site.all().stream()
                .filter(entry -> entry.key().equals(DrKitKeys.ROLE))
                .map(entry -> entry.value().printable())
                .collect(Collectors.joining());
    }

    private void volumes(MachineSite site, SortedMap<String, String> state) {
        StandInSite cluster = cluster(site);
        state.put(site + " replicas", Integer.toString(cluster.namespace().replicas("Deployment", "shop")));
        List<String> claims =
                cluster.own().persistentVolumeClaims().inNamespace(clusters().namespace()).list().getItems().stream()
                        .map(claim -> claim.getMetadata().getName())
                        .filter(CLAIMS::contains)
                        .toList();
        claims.forEach(claim -> state.put(
                site + " files of " + claim, cluster.files(claim).read().toString()));
        for (String kind : List.of("ReplicationSource", "ReplicationDestination")) {
            state.put(
                    site + " " + kind,
                    cluster
                            .own()
                            .genericKubernetesResources("volsync.backube/v1alpha1", kind)
                            .inNamespace(clusters().namespace())
                            .list()
                            .getItems()
                            .stream()
                            .map(WholePlatform::name)
                            .sorted()
                            .toList()
                            .toString());
        }
    }

    private static String name(HasMetadata object) {
        boolean paused = object instanceof GenericKubernetesResource resource
                && Boolean.TRUE.equals(resource.get("spec", "paused"));
        return object.getMetadata().getName() + (paused ? " paused" : "");
    }

    @Override
    public void close() {
        if (clusters != null) {
            clusters.close();
        }
        bind.close();
        standby.close();
        primary.close();
        network.close();
    }
}
