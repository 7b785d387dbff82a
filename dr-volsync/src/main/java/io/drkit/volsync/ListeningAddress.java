package io.drkit.volsync;

import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the other site reaches a receiver: by the Service that VolSync made for it. {@code status.rsyncTLS} does not do: it never tells the port, and of
 * a NodePort it tells the inner address.
 *
 * @param host an address, IPv6 without brackets, as VolSync's mover passes it to stunnel, which takes the last colon for the port's; or a name
 */
record ListeningAddress(String host, int port) {

    /** Waits for it, and says what of it was missing. */
    static ListeningAddress await(Side side, ReplicationDestination receiver) {
        return side.waiting()
                .until(
                        side.timeout(),
                        () -> find(side, receiver).orElse(null),
                        () -> missing(side, receiver) + " Once that is put right, run it again.");
    }

    private static Optional<ListeningAddress> find(Side side, ReplicationDestination receiver) {
        Service service = service(side, receiver);
        if (service == null || service.getSpec().getPorts().isEmpty()) {
            return Optional.empty();
        }
        ServicePort port = service.getSpec().getPorts().get(0);
        int open = port.getPort() == null ? VolSync.PORT : port.getPort();
        String known = side.site().address();
        return switch (String.valueOf(service.getSpec().getType())) {
            case "NodePort" ->
                port.getNodePort() == null || port.getNodePort() == 0
                        ? Optional.empty()
                        : Optional.ofNullable(known)
                                .or(() -> node(side, service))
                                .map(host -> new ListeningAddress(host, port.getNodePort()));
            case "LoadBalancer" ->
                Optional.ofNullable(known).or(() -> ingress(service)).map(host -> new ListeningAddress(host, open));
            default ->
                Optional.ofNullable(known)
                        .or(() -> Optional.ofNullable(service.getSpec().getClusterIP())
                                .filter(address -> !address.isEmpty() && !address.equals("None")))
                        .map(host -> new ListeningAddress(host, open));
        };
    }

    private static @Nullable Service service(Side side, ReplicationDestination receiver) {
        String namespace = receiver.getMetadata().getNamespace();
        return side
                .api()
                .list("services", namespace, side.api().client().services().inNamespace(namespace))
                .stream()
                .filter(service ->
                        Names.isOwnedBy(service, receiver.getMetadata().getUid()))
                .findFirst()
                .orElse(null);
    }

    private static Optional<String> ingress(Service service) {
        if (service.getStatus() == null
                || service.getStatus().getLoadBalancer() == null
                || service.getStatus().getLoadBalancer().getIngress() == null) {
            return Optional.empty();
        }
        return service.getStatus().getLoadBalancer().getIngress().stream()
                .map(ListeningAddress::host)
                .filter(host -> host != null && !host.isEmpty())
                .findFirst();
    }

    private static @Nullable String host(LoadBalancerIngress ingress) {
        return ingress.getHostname() == null || ingress.getHostname().isEmpty()
                ? ingress.getIp()
                : ingress.getHostname();
    }

    /** An address of a node that is ready, in the Service's family: an outer one rather than an inner one. */
    private static Optional<String> node(Side side, Service service) {
        List<String> families = service.getSpec().getIpFamilies();
        boolean six = families != null && !families.isEmpty() && families.get(0).equals("IPv6");
        List<Node> nodes = side.api()
                .ask("list", "nodes", () -> side.api().client().nodes().list().getItems());
        return nodes.stream()
                .filter(ListeningAddress::isReady)
                .sorted(Comparator.comparing(node -> node.getMetadata().getName()))
                .flatMap(node -> node.getStatus().getAddresses().stream())
                .filter(address -> isIp(address) && address.getAddress().contains(":") == six)
                .min(Comparator.comparing(address -> !address.getType().equals("ExternalIP")))
                .map(NodeAddress::getAddress);
    }

    private static boolean isIp(NodeAddress address) {
        return address.getType().equals("ExternalIP") || address.getType().equals("InternalIP");
    }

    private static boolean isReady(Node node) {
        return node.getStatus() != null
                && node.getStatus().getConditions() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    private static String missing(Side side, ReplicationDestination receiver) {
        String name = receiver.getMetadata().getName();
        Service service = service(side, receiver);
        if (service == null) {
            return "VolSync at " + side.name() + " had made no Service for ReplicationDestination " + name
                    + ": does its operator run?";
        }
        String what = "Service " + service.getMetadata().getName() + " at " + side.name();
        return switch (String.valueOf(service.getSpec().getType())) {
            case "LoadBalancer" -> what + " had no address yet: is there a load balancer in that cluster?";
            case "NodePort" -> what + " had no port yet, or no node is ready that has an address of its family.";
            default -> what + " had no address yet.";
        };
    }
}
