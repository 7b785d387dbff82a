package io.drkit.examples.demo;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import io.drkit.testkit.dns.Bind;
import io.drkit.testkit.machine.PrivateNetwork;
import io.drkit.testkit.ssh.OpenSshServer;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.TwoSites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/** What the story is played on: two places, a name server, and an application whose volumes are replicated between two clusters. */
public final class Stage {

    static final DnsName PLATFORM = DnsName.of("platform.demo.example");
    static final DnsName DRILL = DnsName.of("drill.demo.example");
    public static final String NAMESPACE = "shop";
    static final String APPLICATION = "web";
    public static final String SELECTOR = "app=" + APPLICATION;
    public static final List<String> CLAIMS = List.of("data", "media");

    private final Path folder;
    private final Place primary;
    private final Place standby;
    private final Bind bind;
    private final TwoSites volumes;

    private Stage(Path folder, Opened opened, boolean machines) {
        this.folder = folder;
        if (machines) {
            PrivateNetwork network = opened.add(PrivateNetwork.start());
            primary = Place.on(network.machine(), "primary", opened);
            standby = Place.on(network.machine(), "standby", opened);
        } else {
            primary = Place.onLoopback("primary", "192.0.2.1", opened);
            standby = Place.onLoopback("standby", "198.51.100.1", opened);
        }
        bind = opened.add(Bind.primary("demo.example"));
        volumes = opened.add(TwoSites.played(NAMESPACE));
    }

    /** Starts all of it, with the application at the primary and the platform's name leading there. */
    public static Stage set(Path folder, Opened opened, boolean machines) {
        Stage stage = new Stage(folder, opened, machines);
        stage.bind.hold(
                DnsRecords.pointing(List.of(PLATFORM), Duration.ofMinutes(1), List.of(stage.primary.address())));
        for (String claim : CLAIMS) {
            stage.volumes.primary().namespace().create(Manifests.claim(claim, "app: " + APPLICATION));
        }
        String[] claims = CLAIMS.toArray(String[]::new);
        stage.volumes.primary().namespace().create(Manifests.deployment(APPLICATION, 2, claims));
        // As GitOps would bring it there, at rest.
        stage.volumes.standby().namespace().create(Manifests.deployment(APPLICATION, 0, claims));
        return stage;
    }

    /** Where all files are that the story writes. */
    Path folder() {
        return folder;
    }

    public Path config() {
        return folder.resolve("drkit.yaml");
    }

    public Place primary() {
        return primary;
    }

    public Place standby() {
        return standby;
    }

    boolean hasNodes() {
        return primary.node().isPresent();
    }

    public TwoSites volumes() {
        return volumes;
    }

    /** Where the name server says that a name leads. */
    List<String> leads(DnsName name) {
        return bind.told(name, RecordType.A);
    }

    /** Counts the changes of the name server's zone. */
    long zoneSerial() {
        return bind.serial(DnsName.of("demo.example"));
    }

    /** What the script of the runbooks has written. */
    List<String> scriptRuns() throws IOException {
        Path file = folder.resolve("script.log");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Writes the drkit.yaml, and the files that it names. */
    public void writeConfig() throws IOException {
        volumes.primary().api().kubeconfig(folder.resolve("primary.kubeconfig"));
        volumes.standby().api().kubeconfig(folder.resolve("standby.kubeconfig"));
        Files.writeString(folder.resolve("tsig.key"), Bind.KEY_SECRET + "\n");
        String yaml = """
                # Two sites, as drkit sees them. `drkit config example` has everything that can be said.
                sites:
                  primary: {endpoints: "%s"}
                  standby: {endpoints: "%s"}
                %sclusters:
                  primary: {kubeconfig: primary.kubeconfig}
                  standby: {kubeconfig: standby.kubeconfig}
                volumes:
                  timeouts: {set-up: 20s, sync: 30s, quiesce: 30s, poll: 100ms}
                dns:
                  names: [%s]
                  addresses: {primary: %s, standby: %s}
                  authoritative: ["%s:%d"]
                  backend: {type: rfc2136, server: "%s:%d", key-name: %s, secret-file: tsig.key}
                runbooks:
                  scope: all
                  objectives: {rpo: 5m, rto: 5m}
                  applications: [{namespace: %s, selector: %s}]
                %s  drill: {names: [%s]}
                """.formatted(
                        primary.endpoint(),
                        standby.endpoint(),
                        nodes(),
                        PLATFORM,
                        primary.address(),
                        standby.address(),
                        bind.address(),
                        bind.port(),
                        bind.address(),
                        bind.port(),
                        Bind.KEY_NAME,
                        NAMESPACE,
                        SELECTOR,
                        script(),
                        DRILL);
        Files.writeString(config(), yaml);
    }

    private String nodes() throws IOException {
        return hasNodes() ? "nodes:\n" + nodes(primary) + nodes(standby) : "";
    }

    /** With copies of its files, which end with it. */
    private String nodes(Place place) throws IOException {
        OpenSshServer node = place.node().orElseThrow();
        String key = place + "-ssh.key";
        String knownHosts = place + "-known-hosts";
        Files.copy(node.clientKey(), folder.resolve(key), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(node.knownHosts(), folder.resolve(knownHosts));
        return "  %s: {hosts: %s, user: %s, key: %s, known-hosts: %s}\n"
                .formatted(place, node.host(), node.user(), key, knownHosts);
    }

    /** It gets the runbook's name. */
    private String script() {
        return hasNodes()
                ? "  script: {site: standby, command: 'echo \"$1\" >> \"%s\"'}\n"
                        .formatted(folder.resolve("script.log"))
                : "";
    }

    @Override
    public String toString() {
        return hasNodes()
                ? "machines " + primary.address() + " and " + standby.address() + ", each with etcd and sshd; a BIND"
                : "two etcds on loopback, a BIND\nleft out: nodes, so no firewall and no script; they take root and iproute2";
    }
}
