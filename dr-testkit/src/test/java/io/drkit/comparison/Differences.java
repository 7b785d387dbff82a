package io.drkit.comparison;

import static io.drkit.comparison.SampleFacts.APP;
import static io.drkit.comparison.SampleFacts.DATABASE;
import static io.drkit.comparison.SampleFacts.certificate;
import static io.drkit.comparison.SampleFacts.host;
import static io.drkit.comparison.SampleFacts.node;
import static io.drkit.comparison.SampleFacts.storageClass;
import static io.drkit.comparison.SampleFacts.with;
import static io.drkit.comparison.SampleFacts.without;
import static io.drkit.comparison.Severity.BLOCKING;
import static io.drkit.comparison.Severity.NOTE;
import static io.drkit.comparison.Severity.UNKNOWN;
import static io.drkit.comparison.Severity.WARNING;

import io.drkit.comparison.PortLook.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Ways in which a standby can differ from {@link SampleFacts}, and what must be found then. */
final class Differences {

    private static final SiteFacts PRIMARY = SampleFacts.primary();
    private static final SiteFacts STANDBY = SampleFacts.standby();

    /** @param change of the standby's facts */
    record Difference(
            String what, Topic topic, Severity severity, String subject, UnaryOperator<SiteFacts.Builder> change) {}

    static final List<Difference> ALL = List.of(
            of("Kubernetes, minor", Topic.KUBERNETES, BLOCKING, "API server", to -> to.kubernetes(Fact.of("v1.29.9"))),
            of("Kubernetes, patch", Topic.KUBERNETES, WARNING, "API server", to -> to.kubernetes(Fact.of("v1.30.5"))),
            of("kubelet", Topic.KUBELETS, WARNING, "kubelet", nodes(node -> running(node, "v1.29.0", node.runtime()))),
            of("etcd, patch", Topic.ETCD, NOTE, "etcd", to -> to.etcd(Fact.of("3.5.10"))),
            of("etcd, minor", Topic.ETCD, WARNING, "etcd", to -> to.etcd(Fact.of("3.4.23"))),
            of(
                    "runtime",
                    Topic.RUNTIME,
                    WARNING,
                    "runtime",
                    nodes(node -> running(node, node.kubelet(), "cri-o://1.30.1"))),
            of(
                    "runtime's version",
                    Topic.RUNTIME,
                    NOTE,
                    "runtime",
                    nodes(node -> running(node, node.kubelet(), "containerd://1.6.0"))),
            of("CNI", Topic.NETWORK, BLOCKING, "CNI plugin", to -> to.network(Fact.of(Map.of("cilium", "v1.16.0")))),
            of(
                    "CNI's version",
                    Topic.NETWORK,
                    WARNING,
                    "version",
                    to -> to.network(Fact.of(Map.of("calico", "v3.27.0")))),
            of(
                    "CNI configuration",
                    Topic.NETWORK,
                    WARNING,
                    "CNI configuration",
                    hosts(host ->
                            new HostSummary(host.hostname(), "", "", List.of("calico"), host.clockAheadMillis(), 20))),
            of("pod subnet", Topic.POD_SUBNETS, WARNING, "pod", to -> to.podSubnets(Fact.of(List.of("10.16.0.0/16")))),
            of(
                    "service subnet",
                    Topic.SERVICE_SUBNETS,
                    BLOCKING,
                    "service",
                    to -> to.serviceSubnets(Fact.of(List.of("10.4.0.0/16")))),
            of(
                    "kubeadm's setting",
                    Topic.CONFIG_MAPS,
                    WARNING,
                    "audit-log-maxage",
                    to -> to.configMaps(Fact.of(with(
                            STANDBY.configMaps().get(),
                            "kubeadm-config",
                            Map.of("ClusterConfiguration.apiServer.extraArgs.audit-log-maxage", "7"))))),
            of(
                    "Corefile",
                    Topic.CONFIG_MAPS,
                    WARNING,
                    "coredns, Corefile",
                    to -> to.configMaps(
                            Fact.of(with(STANDBY.configMaps().get(), "coredns", Map.of("Corefile", ".:53 {}"))))),
            of(
                    "missing ConfigMap",
                    Topic.CONFIG_MAPS,
                    WARNING,
                    "coredns",
                    to -> to.configMaps(Fact.of(without(STANDBY.configMaps().get(), "coredns")))),
            of(
                    "surplus ConfigMap",
                    Topic.CONFIG_MAPS,
                    NOTE,
                    "extra",
                    to -> to.configMaps(Fact.of(with(STANDBY.configMaps().get(), "extra", Map.of("a", "b"))))),
            of(
                    "architecture",
                    Topic.NODES,
                    BLOCKING,
                    "architecture",
                    to -> nodes(node -> new NodeFacts(
                                    node.name(),
                                    node.roles(),
                                    "arm64",
                                    node.kubelet(),
                                    node.runtime(),
                                    node.runtimeSocket(),
                                    node.capacity(),
                                    node.labels(),
                                    List.of()))
                            .apply(to.registry(Fact.of(Map.of(
                                    APP,
                                    ImageAnswer.present(List.of("amd64", "arm64")),
                                    DATABASE,
                                    ImageAnswer.present(List.of("arm64"))))))),
            of(
                    "node without architecture",
                    Topic.NODES,
                    UNKNOWN,
                    "Nodes",
                    nodes(node -> new NodeFacts(
                            node.name(),
                            node.roles(),
                            node.name().equals("w-2") ? "" : node.architecture(),
                            node.kubelet(),
                            node.runtime(),
                            node.runtimeSocket(),
                            node.capacity(),
                            node.labels(),
                            List.of()))),
            of("memory", Topic.NODES, WARNING, "capacity: memory", nodes(node -> capacity(node, "memory", 16L << 30))),
            of("GPUs", Topic.NODES, WARNING, "capacity: nvidia.com/gpu", to -> to),
            of(
                    "label",
                    Topic.NODES,
                    WARNING,
                    "label disktype=ssd",
                    nodes(node -> new NodeFacts(
                            node.name(),
                            node.roles(),
                            node.architecture(),
                            node.kubelet(),
                            node.runtime(),
                            node.runtimeSocket(),
                            node.capacity(),
                            Map.of("disktype", "hdd"),
                            List.of()))),
            of(
                    "runtime socket",
                    Topic.NODES,
                    WARNING,
                    "socket",
                    nodes(node -> new NodeFacts(
                            node.name(),
                            node.roles(),
                            node.architecture(),
                            node.kubelet(),
                            node.runtime(),
                            "unix:///run/crio/crio.sock",
                            node.capacity(),
                            node.labels(),
                            List.of()))),
            of(
                    "fewer control-plane nodes",
                    Topic.NODES,
                    WARNING,
                    "control-plane nodes",
                    nodes(node -> node.name().equals("cp-3") ? SampleFacts.node("cp-3", false) : node)),
            of(
                    "a node's name",
                    Topic.NODES,
                    WARNING,
                    "names of the control-plane",
                    to -> hosts(host -> host.hostname().equals("cp-3") ? host("cp-9", 10) : host)
                            .apply(nodes(node -> node.name().equals("cp-3") ? node("cp-9", true) : node)
                                    .apply(to))),
            of(
                    "all nodes' names",
                    Topic.NODES,
                    NOTE,
                    "names of the control-plane",
                    to -> hosts(host -> host("b-" + host.hostname(), host.clockAheadMillis()))
                            .apply(nodes(node -> node("b-" + node.name(), node.isControlPlane()))
                                    .apply(to))),
            of(
                    "missing definition",
                    Topic.DEFINITIONS,
                    BLOCKING,
                    "shops.example.com",
                    to -> to.definitions(Fact.of(without(STANDBY.definitions().get(), "shops.example.com")))),
            of(
                    "unknown stored version",
                    Topic.DEFINITIONS,
                    BLOCKING,
                    "shops.example.com",
                    definition(new DefinitionFacts(List.of("v1beta1"), List.of("v1beta1"), List.of("v1beta1")))),
            of(
                    "served version",
                    Topic.DEFINITIONS,
                    WARNING,
                    "shops.example.com",
                    definition(new DefinitionFacts(List.of("v1beta1", "v1"), List.of("v1"), List.of("v1")))),
            of(
                    "stored version",
                    Topic.DEFINITIONS,
                    NOTE,
                    "shops.example.com",
                    definition(new DefinitionFacts(
                            List.of("v1beta1", "v1"), List.of("v1beta1", "v1"), List.of("v1beta1", "v1")))),
            of(
                    "missing storage class",
                    Topic.STORAGE_CLASSES,
                    BLOCKING,
                    "fast",
                    to -> to.storageClasses(Fact.of(Map.of()))),
            of(
                    "provisioner",
                    Topic.STORAGE_CLASSES,
                    WARNING,
                    "fast, provisioner",
                    to -> to.storageClasses(
                            Fact.of(Map.of("fast", with(storageClass(), "provisioner", "other.example.com"))))),
            of(
                    "default class",
                    Topic.STORAGE_CLASSES,
                    WARNING,
                    "fast, default",
                    to -> to.storageClasses(Fact.of(Map.of("fast", with(storageClass(), "default", "false"))))),
            of(
                    "binding mode",
                    Topic.STORAGE_CLASSES,
                    WARNING,
                    "fast, bindingMode",
                    to -> to.storageClasses(
                            Fact.of(Map.of("fast", with(storageClass(), "bindingMode", "WaitForFirstConsumer"))))),
            of(
                    "missing snapshot class",
                    Topic.SNAPSHOT_CLASSES,
                    WARNING,
                    "snap",
                    to -> to.snapshotClasses(Fact.of(Map.of()))),
            of("missing image", Topic.IMAGES, BLOCKING, APP, image(ImageAnswer.absent())),
            of("image of untold architecture", Topic.IMAGES, UNKNOWN, "Images", image(ImageAnswer.present(List.of()))),
            of(
                    "the same API server",
                    Topic.API_CERTIFICATE,
                    UNKNOWN,
                    "one API server",
                    to -> to.apiServerCertificate(PRIMARY.apiServerCertificate())),
            of(
                    "another default class",
                    Topic.STORAGE_CLASSES,
                    WARNING,
                    "other",
                    to -> to.storageClasses(
                            Fact.of(with(STANDBY.storageClasses().get(), "other", storageClass())))),
            of("image of one architecture", Topic.IMAGES, BLOCKING, APP, image(ImageAnswer.present(List.of("arm64")))),
            of(
                    "image for a failback",
                    Topic.IMAGES,
                    WARNING,
                    "new:1",
                    to -> to.images(Fact.of(List.of(APP, DATABASE, "new:1")))),
            of(
                    "expired API certificate",
                    Topic.API_CERTIFICATE,
                    BLOCKING,
                    "dates",
                    to -> to.apiServerCertificate(Fact.of(until("2026-11-29T00:00:00Z", "api.platform.example.com")))),
            of(
                    "API certificate that expires",
                    Topic.API_CERTIFICATE,
                    WARNING,
                    "dates",
                    to -> to.apiServerCertificate(Fact.of(until("2026-12-10T00:00:00Z", "api.platform.example.com")))),
            of(
                    "uncovered name",
                    Topic.API_CERTIFICATE,
                    BLOCKING,
                    "names",
                    to -> to.apiServerCertificate(Fact.of(certificate("kubernetes")))),
            of(
                    "another key",
                    Topic.DOMAIN_CERTIFICATE,
                    BLOCKING,
                    "certificate for",
                    domain(new CertificateFacts(
                            "cd".repeat(32),
                            List.of("platform.example.com"),
                            "2026-01-01T00:00:00Z",
                            "2027-11-30T00:00:00Z"))),
            of(
                    "more names",
                    Topic.DOMAIN_CERTIFICATE,
                    WARNING,
                    "names in",
                    domain(certificate("platform.example.com", "b.example.com"))),
            of(
                    "expired domain",
                    Topic.DOMAIN_CERTIFICATE,
                    BLOCKING,
                    "dates",
                    domain(until("2026-11-01T00:00:00Z", "platform.example.com"))),
            of(
                    "host name",
                    Topic.HOSTS,
                    WARNING,
                    "host name of",
                    hosts(host -> host.hostname().equals("cp-2") ? host("cp-1", 10) : host)),
            of("port 2379", Topic.PORTS, BLOCKING, "port 2379 of primary", port(2379)),
            of("port 80", Topic.PORTS, WARNING, "port 80 of primary", port(80)),
            of(
                    "clock of a host",
                    Topic.CLOCKS,
                    WARNING,
                    "hosts of standby",
                    hosts(host -> host.hostname().equals("cp-2") ? host("cp-2", 5_000) : host)),
            of(
                    "clocks of the site",
                    Topic.CLOCKS,
                    WARNING,
                    "two sites",
                    hosts(host -> host(host.hostname(), host.clockAheadMillis() - 9_000))));

    private Differences() {}

    private static Difference of(
            String what, Topic topic, Severity severity, String subject, UnaryOperator<SiteFacts.Builder> change) {
        return new Difference(what, topic, severity, subject, change);
    }

    static UnaryOperator<SiteFacts.Builder> nodes(UnaryOperator<NodeFacts> change) {
        return to -> to.nodes(Fact.of(PRIMARY.nodes().get().stream().map(change).toList()));
    }

    private static NodeFacts running(NodeFacts node, String kubelet, String runtime) {
        return new NodeFacts(
                node.name(),
                node.roles(),
                node.architecture(),
                kubelet,
                runtime,
                node.runtimeSocket(),
                node.capacity(),
                node.labels(),
                List.of());
    }

    static NodeFacts capacity(NodeFacts node, String resource, long amount) {
        return new NodeFacts(
                node.name(),
                node.roles(),
                node.architecture(),
                node.kubelet(),
                node.runtime(),
                node.runtimeSocket(),
                with(node.capacity(), resource, amount),
                node.labels(),
                List.of());
    }

    static UnaryOperator<SiteFacts.Builder> hosts(Function<HostSummary, HostSummary> change) {
        Map<String, Fact<HostSummary>> hosts = new TreeMap<>();
        STANDBY.hosts().get().forEach((name, host) -> hosts.put(name, host.map(change)));
        return to -> to.hosts(Fact.of(hosts));
    }

    private static UnaryOperator<SiteFacts.Builder> definition(DefinitionFacts shops) {
        return to -> to.definitions(Fact.of(with(STANDBY.definitions().get(), "shops.example.com", shops)));
    }

    private static UnaryOperator<SiteFacts.Builder> image(ImageAnswer answer) {
        return to -> to.registry(Fact.of(with(STANDBY.registry().get(), APP, answer)));
    }

    private static UnaryOperator<SiteFacts.Builder> domain(CertificateFacts shown) {
        return to -> to.domain(Fact.of(Map.of("platform.example.com", Fact.of(shown))));
    }

    private static CertificateFacts until(String end, String... names) {
        return new CertificateFacts(SampleFacts.KEY, List.of(names), "2026-01-01T00:00:00Z", end);
    }

    /** Seen from the standby's node. */
    private static UnaryOperator<SiteFacts.Builder> port(int closed) {
        List<PortLook> looks = new ArrayList<>();
        for (PortLook look : STANDBY.ports().get()) {
            boolean shut = look.port() == closed && !look.from().equals(PortLook.HERE);
            looks.add(shut ? new PortLook(look.from(), look.to(), closed, State.CLOSED, "") : look);
        }
        return to -> to.ports(Fact.of(looks));
    }
}
