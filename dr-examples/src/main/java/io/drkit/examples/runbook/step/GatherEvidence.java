package io.drkit.examples.runbook.step;

import io.drkit.DrException;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.step.Evidence.Answer;
import io.drkit.examples.runbook.step.Evidence.Sighting;
import io.drkit.kubernetes.KubernetesConnection;
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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Looks at the primary from several vantage points: its etcd and its Kubernetes API from this machine, and TCP to both from each of the other site's
 * nodes. One vantage point may be cut off itself; that all of them agree is evidence. Decides nothing.
 */
public final class GatherEvidence implements Looks<Evidence> {

    private static final String HERE = "this machine";

    /**
     * The arguments are hosts and ports. A line for each pair, with 0 where it takes a connection, 1 where it was tried and does not, and 9 where that cannot be
     * tried here: for want of a tool, or of the host's address.
     */
    private static final String CONNECT = """
            try() {
              timeout 1 true >/dev/null 2>&1 || return 9
              if command -v getent >/dev/null 2>&1; then timeout 8 getent ahosts "$1" >/dev/null 2>&1 || return 9; fi
              if command -v bash >/dev/null 2>&1; then
                timeout 6 bash -c ': <>"/dev/tcp/$0/$1"' "$1" "$2" >/dev/null 2>&1 || return 1
              elif nc -h 2>&1 | grep -q -e '-[a-zA-Z]*z'; then
                timeout 6 nc -z -w 5 "$1" "$2" >/dev/null 2>&1 || return 1
              else
                return 9
              fi
            }
            while [ $# -gt 1 ]; do
              { try "$1" "$2"; echo "$1 $2 $?"; } &
              shift 2
            done
            wait
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
        ExecutorService threads = Executors.newCachedThreadPool(GatherEvidence::daemon);
        try {
            return new Evidence(Interruptible.call("Looking at " + primary, () -> sightings(threads)));
        } finally {
            threads.shutdownNow();
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "drkit-evidence");
        thread.setDaemon(true);
        return thread;
    }

    /** All at once, for at a lost site each costs its deadline. */
    private List<Sighting> sightings(ExecutorService threads) throws InterruptedException {
        List<Callable<List<Sighting>>> looks = new ArrayList<>();
        List<URI> targets = new ArrayList<>(primary.connection().endpoints());
        looks.add(() -> List.of(etcd(threads)));
        platform.cluster(primary).ifPresent(cluster -> {
            URI address = address(cluster);
            targets.add(address);
            looks.add(() -> List.of(api(cluster, address, threads)));
        });
        others.ifPresent(nodes -> looks.add(() -> from(nodes, targets)));
        List<Sighting> sightings = new ArrayList<>();
        for (Future<List<Sighting>> look : threads.invokeAll(looks)) {
            sightings.addAll(ended(look));
        }
        return sightings;
    }

    private static <T> T ended(Future<T> work) throws InterruptedException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException why ? why : new IllegalStateException(e.getCause());
        }
    }

    private Sighting etcd(ExecutorService threads) throws InterruptedException {
        Sighting seen = look("etcd of " + primary, primary.connection().endpoints(), threads, () -> {
            try (EtcdKeyStore store = primary.open()) {
                return "at revision " + store.revision();
            }
        });
        if (seen.answers() == Answer.YES) {
            primary.isThere();
        }
        return seen;
    }

    private Sighting api(KubernetesConnection connection, URI address, ExecutorService threads)
            throws InterruptedException {
        return look("Kubernetes of " + primary, List.of(address), threads, () -> {
            try (KubernetesClient client = connection.open()) {
                return "";
            }
        });
    }

    /** What takes connections is not lost, whatever else it says: that our password or certificate is refused, say. */
    private static Sighting look(String target, List<URI> endpoints, ExecutorService threads, Supplier<String> ask)
            throws InterruptedException {
        List<Future<Boolean>> connections = endpoints.stream()
                .map(endpoint -> threads.submit(() -> takesConnections(endpoint)))
                .toList();
        try {
            return new Sighting(HERE, target, Answer.YES, ask.get());
        } catch (DrException e) {
            boolean taken = false;
            for (Future<Boolean> connection : connections) {
                taken |= ended(connection);
            }
            return new Sighting(
                    HERE,
                    target,
                    taken ? Answer.YES : Answer.NO,
                    (taken ? "it takes connections, but: " : "") + e.getMessage());
        }
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

    private static URI address(KubernetesConnection connection) {
        try (KubernetesClient client = connection.openUnseen()) {
            return URI.create(String.valueOf(client.getMasterUrl()));
        }
    }

    private List<Sighting> from(ControlPlane nodes, List<URI> targets) {
        List<Sighting> sightings = new ArrayList<>();
        for (NodeOutcome<List<Sighting>> outcome : nodes.each(node -> from(node, targets))) {
            if (outcome instanceof NodeOutcome.Done<List<Sighting>> done) {
                sightings.addAll(done.value());
            } else {
                sightings.add(new Sighting(outcome.node(), primary.name(), Answer.UNKNOWN, "the node does not answer"));
            }
        }
        return sightings;
    }

    private static List<Sighting> from(NodeAccess node, List<URI> targets) {
        String[] hostsAndPorts = targets.stream()
                .flatMap(target -> Stream.of(host(target), Integer.toString(port(target))))
                .toArray(String[]::new);
        List<String> answers = node.run(NodeCommand.script(CONNECT, hostsAndPorts)
                        .title("connect to " + targets.size() + " ports")
                        .deadline(Duration.ofSeconds(20))
                        .build())
                .outText()
                .lines()
                .toList();
        return targets.stream()
                .map(target -> new Sighting(
                        node.name(),
                        target.getHost() + ":" + port(target),
                        answer(host(target) + " " + port(target), answers),
                        ""))
                .toList();
    }

    /** A URI has an IPv6 address in brackets, and nobody else. */
    private static String host(URI target) {
        String host = target.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static Answer answer(String hostAndPort, List<String> answers) {
        if (answers.contains(hostAndPort + " 0")) {
            return Answer.YES;
        }
        return answers.contains(hostAndPort + " 1") ? Answer.NO : Answer.UNKNOWN;
    }

    @Override
    public String told(Evidence evidence) {
        return evidence.toString();
    }
}
