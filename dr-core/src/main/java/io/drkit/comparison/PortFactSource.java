package io.drkit.comparison;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.comparison.PortLook.State;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeGroup;
import io.drkit.node.NodeOutcome;
import io.drkit.node.NodeOutcome.Done;
import io.drkit.node.NodeOutcome.Failed;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Which ports take connections: those of the other site's virtual addresses, seen from this site's control-plane nodes, and those of this site's own, seen
 * from here. A connection is opened and closed; nothing is sent.
 */
public final class PortFactSource implements FactSource {

    /** Of both sites: http and https of the platform, etcd, the Kubernetes API, the registry. */
    public static final List<Integer> PLATFORM_PORTS = List.of(80, 443, 2379, 6443, 11443);

    /** Takes seconds to wait, then addresses and ports in turn. All are called at once. */
    private static final String CALL = """
            command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1 || { echo 'bash or timeout is missing' >&2; exit 3; }
            wait=$1
            shift
            while [ $# -ge 2 ]; do
              ( said=$(timeout "$wait" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1) && state=OPEN || state=CLOSED
                case $said in */dev/tcp/*'No such file'*) state=UNKNOWN ;; esac
                printf '%s %s %s\\n' "$state" "$1" "$2" ) &
              shift 2
            done
            wait
            """;

    private final String site;
    private final List<NodeAccess> nodes;
    private final List<String> own;
    private final List<String> others;
    private final List<Integer> ports;
    private final Duration timeout;

    /**
     * @param site how this site is called in messages
     * @param nodes of this site; are not closed
     * @param own virtual addresses of this site
     * @param others virtual addresses of the other site
     * @param ports normally {@link #PLATFORM_PORTS}
     * @param timeout of each connection
     */
    public PortFactSource(
            String site,
            List<? extends NodeAccess> nodes,
            List<String> own,
            List<String> others,
            List<Integer> ports,
            Duration timeout) {
        this.site = site;
        this.nodes = List.copyOf(nodes);
        this.own = List.copyOf(own);
        this.others = List.copyOf(others);
        this.ports = List.copyOf(ports);
        this.timeout = timeout;
    }

    @Override
    public void contribute(SiteFacts.Builder facts) {
        if (own.isEmpty() || others.isEmpty()) {
            facts.ports(Fact.unknown("the virtual addresses of both sites are not configured"));
            return;
        }
        List<PortLook> looks = new ArrayList<>(fromNodes());
        looks.addAll(fromHere());
        facts.ports(Fact.of(looks));
    }

    private List<PortLook> fromNodes() {
        if (nodes.isEmpty()) {
            return unknown("a node of " + site, "no control-plane nodes are configured");
        }
        List<PortLook> looks = new ArrayList<>();
        for (NodeOutcome<List<PortLook>> outcome :
                NodeGroup.of(nodes, nodes.size()).each(this::call)) {
            if (outcome instanceof Failed<List<PortLook>> failed) {
                looks.addAll(unknown(
                        outcome.node(),
                        failed.failure() instanceof DrException
                                ? String.valueOf(failed.failure().getMessage())
                                : "looking failed: "
                                        + failed.failure().getClass().getSimpleName()));
            } else {
                looks.addAll(((Done<List<PortLook>>) outcome).value());
            }
        }
        return looks;
    }

    private List<PortLook> call(NodeAccess node) {
        List<String> arguments = new ArrayList<>();
        arguments.add(Long.toString(Math.max(1, timeout.toSeconds())));
        targets(others).forEach(target -> arguments.addAll(List.of(target.address, Integer.toString(target.port))));
        CommandResult called = node.run(NodeCommand.script(CALL, arguments.toArray(String[]::new))
                .title("call ports of the other site")
                .deadline(timeout.plusSeconds(20))
                .build());
        if (!called.succeeded()) {
            return unknown(node.name(), "the node could not call: " + called.errText());
        }
        List<PortLook> looks = new ArrayList<>();
        for (String line : called.outText().lines().toList()) {
            String[] said = line.split(" ", 3);
            State state = State.valueOf(said[0]);
            looks.add(new PortLook(
                    node.name(),
                    said[1],
                    Integer.parseInt(said[2]),
                    state,
                    state == State.UNKNOWN ? "the node's bash opens no connections" : ""));
        }
        // A call whose shell was killed, for want of memory say, says nothing.
        unknown(node.name(), "the node did not say what came of a call").stream()
                .filter(target ->
                        looks.stream().noneMatch(look -> look.to().equals(target.to()) && look.port() == target.port()))
                .forEach(looks::add);
        return looks;
    }

    /** All at once, for each that is dropped by a firewall takes the whole timeout. */
    private List<PortLook> fromHere() {
        ExecutorService threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "drkit-ports");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<PortLook>> calls = threads.invokeAll(targets(own)
                    .<Callable<PortLook>>map(target -> () -> fromHere(target))
                    .toList());
            List<PortLook> looks = new ArrayList<>();
            for (Future<PortLook> call : calls) {
                looks.add(call.get());
            }
            return looks;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("The ports of " + site + " were not waited for: interrupted.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private PortLook fromHere(Target target) {
        State state;
        String because = "";
        // A channel's socket, unlike a plain one, is closed by an interrupt.
        try (SocketChannel channel = SocketChannel.open()) {
            channel.socket().connect(new InetSocketAddress(InetAddress.getByName(target.address), target.port), (int)
                    timeout.toMillis());
            state = State.OPEN;
        } catch (ConnectException | SocketTimeoutException | NoRouteToHostException e) {
            state = State.CLOSED;
        } catch (IOException e) {
            state = State.UNKNOWN;
            because = "it could not be called: " + e.getClass().getSimpleName();
        }
        return new PortLook(PortLook.HERE, target.address, target.port, state, because);
    }

    private List<PortLook> unknown(String from, String because) {
        return targets(others)
                .map(target -> new PortLook(from, target.address, target.port, State.UNKNOWN, because))
                .toList();
    }

    private Stream<Target> targets(List<String> addresses) {
        return addresses.stream().flatMap(address -> ports.stream().map(port -> new Target(address, port)));
    }

    private record Target(String address, int port) {}
}
