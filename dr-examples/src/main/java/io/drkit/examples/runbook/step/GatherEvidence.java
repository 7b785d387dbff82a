package io.drkit.examples.runbook.step;

import io.drkit.DrException;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.step.Evidence.Answer;
import io.drkit.examples.runbook.step.Evidence.Sighting;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeOutcome;
import io.drkit.runbook.StepContext;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks at the primary from several vantage points: its etcd and its Kubernetes API from this machine, and TCP to both from each of the other site's
 * nodes. One vantage point may be cut off itself; that all of them agree is evidence. Decides nothing.
 */
public final class GatherEvidence implements OneWay<Evidence> {

    private static final String HERE = "this machine";

    /** $1 is the host, $2 the port. Exit code 0: it takes a connection, 1: it does not, 9: nothing here can try. */
    private static final String CONNECT = """
            if command -v nc >/dev/null 2>&1; then timeout 8 nc -z -w 5 "$1" "$2" >/dev/null 2>&1 && exit 0 || exit 1; fi
            if command -v bash >/dev/null 2>&1; then timeout 8 bash -c ': <>"/dev/tcp/$0/$1"' "$1" "$2" >/dev/null 2>&1 && exit 0 || exit 1; fi
            exit 9
            """;

    private static final int CONNECT_MILLIS = 5_000;
    private static final int HTTPS = 443;

    private final Platform platform;
    private final EtcdSite primary;
    private final Optional<ControlPlane> others;

    /** @param others the other site's nodes */
    public GatherEvidence(Platform platform, EtcdSite primary, Optional<ControlPlane> others) {
        this.platform = platform;
        this.primary = primary;
        this.others = others;
    }

    @Override
    public Class<Evidence> recordType() {
        return Evidence.class;
    }

    @Override
    public Evidence act(StepContext context) {
        List<Sighting> sightings = new ArrayList<>();
        List<URI> targets = new ArrayList<>(primary.connection().endpoints());
        sightings.add(etcd());
        platform.cluster(primary).ifPresent(cluster -> {
            sightings.add(api(cluster));
            targets.add(address(cluster));
        });
        others.ifPresent(nodes -> nodes.each(node -> from(node, targets)).forEach(outcome -> {
            if (outcome instanceof NodeOutcome.Done<List<Sighting>> done) {
                sightings.addAll(done.value());
            } else {
                sightings.add(new Sighting(outcome.node(), primary.name(), Answer.UNKNOWN, "the node does not answer"));
            }
        }));
        return new Evidence(sightings);
    }

    private Sighting etcd() {
        String target = "etcd of " + primary;
        try (EtcdKeyStore store = primary.open()) {
            return new Sighting(HERE, target, Answer.YES, "at revision " + store.revision());
        } catch (DrException e) {
            return failed(target, primary.connection().endpoints(), e);
        }
    }

    /** What takes connections is not lost, whatever else it says: that our password or certificate is refused, say. */
    private static Sighting failed(String target, List<URI> endpoints, DrException why) {
        boolean taken = endpoints.stream().anyMatch(GatherEvidence::takesConnections);
        return new Sighting(
                HERE,
                target,
                taken ? Answer.YES : Answer.NO,
                (taken ? "it takes connections, but: " : "") + why.getMessage());
    }

    private static boolean takesConnections(URI endpoint) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(endpoint.getHost(), port(endpoint)), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int port(URI target) {
        return target.getPort() < 0 ? HTTPS : target.getPort();
    }

    private Sighting api(KubernetesConnection connection) {
        String target = "Kubernetes of " + primary;
        try (KubernetesClient client = connection.open()) {
            return new Sighting(HERE, target, Answer.YES, "");
        } catch (DrException e) {
            return failed(target, List.of(address(connection)), e);
        }
    }

    private static URI address(KubernetesConnection connection) {
        try (KubernetesClient client = connection.openUnseen()) {
            return URI.create(String.valueOf(client.getMasterUrl()));
        }
    }

    private static List<Sighting> from(NodeAccess node, List<URI> targets) {
        return targets.stream().map(target -> from(node, target)).toList();
    }

    private static Sighting from(NodeAccess node, URI target) {
        String at = target.getHost() + ":" + port(target);
        CommandResult result =
                node.run(NodeCommand.script(CONNECT, target.getHost(), at.substring(at.lastIndexOf(':') + 1))
                        .title("connect to " + at)
                        .deadline(Duration.ofSeconds(20))
                        .build());
        Answer answer = switch (result.exitCode()) {
            case 0 -> Answer.YES;
            case 1 -> Answer.NO;
            default -> Answer.UNKNOWN;
        };
        return new Sighting(node.name(), at, answer, "");
    }

    @Override
    public String told(Evidence evidence) {
        return evidence.toString();
    }
}
