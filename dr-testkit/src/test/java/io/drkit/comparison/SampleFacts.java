package io.drkit.comparison;

import io.drkit.comparison.PortLook.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Facts of a site as a kubeadm cluster of five nodes gives them. */
final class SampleFacts {

    static final String KEY = "ab".repeat(32);
    static final String APP = "registry.example.com/shop/app:1.4";
    static final String DATABASE = "registry.example.com/shop/db:15";

    private static final String[] ADDRESSES = {"192.0.2.10", "198.51.100.10"};

    private SampleFacts() {}

    static SiteFacts primary() {
        return site("primary", 0);
    }

    static SiteFacts standby() {
        return site("standby", 1);
    }

    private static SiteFacts site(String name, int index) {
        String own = ADDRESSES[index];
        String other = ADDRESSES[1 - index];
        return SiteFacts.of(name, Instant.parse("2026-11-30T12:00:00Z"), "clock-1")
                .kubernetes(Fact.of("v1.30.4"))
                .etcd(Fact.of("3.5.15"))
                .nodes(Fact.of(List.of(
                        node("cp-1", true),
                        node("cp-2", true),
                        node("cp-3", true),
                        node("w-1", false),
                        node("w-2", false))))
                .network(Fact.of(Map.of("calico", "v3.28.1")))
                .podSubnets(Fact.of(List.of("10.244.0.0/16")))
                .serviceSubnets(Fact.of(List.of("10.96.0.0/12")))
                .controlPlaneEndpoint(Fact.of("api.platform.example.com:6443"))
                .configMaps(Fact.of(Map.of(
                        "kubeadm-config",
                        Map.of(
                                "ClusterConfiguration.controlPlaneEndpoint",
                                own + ":6443",
                                "ClusterConfiguration.apiServer.extraArgs.audit-log-maxage",
                                "30"),
                        "coredns",
                        Map.of("Corefile", ".:53 {\n    forward . 10.0.0.53\n}"),
                        "kube-root-ca.crt",
                        Map.of("ca.crt", "sha256:" + index))))
                .definitions(Fact.of(Map.of(
                        "certificates.cert-manager.io",
                        new DefinitionFacts(List.of("v1"), List.of("v1"), List.of("v1")),
                        "shops.example.com",
                        new DefinitionFacts(List.of("v1beta1", "v1"), List.of("v1beta1", "v1"), List.of("v1")))))
                .storageClasses(Fact.of(Map.of("fast", storageClass())))
                .snapshotClasses(
                        Fact.of(Map.of("snap", Map.of("driver", "csi.example.com", "deletionPolicy", "Delete"))))
                .images(Fact.of(List.of(APP, DATABASE)))
                .registry(Fact.of(Map.of(
                        APP,
                        ImageAnswer.present(List.of("amd64")),
                        DATABASE,
                        ImageAnswer.present(List.of("amd64")),
                        "new:1",
                        ImageAnswer.absent())))
                .apiServerCertificate(Fact.of(new CertificateFacts(
                        ("a" + index).repeat(32),
                        List.of("kubernetes", "api.platform.example.com", own),
                        "2026-01-01T00:00:00Z",
                        "2027-11-30T00:00:00Z")))
                .controlPlaneNames(Fact.of(List.of("api.platform.example.com")))
                .domain(Fact.of(Map.of("platform.example.com", Fact.of(certificate("platform.example.com")))))
                .hosts(Fact.of(Map.of(
                        "root@" + own + "1", Fact.of(host("cp-1", 120)),
                        "root@" + own + "2", Fact.of(host("cp-2", -80)),
                        "root@" + own + "3", Fact.of(host("cp-3", 10)))))
                .ports(Fact.of(ports("root@" + own + "1", own, other)))
                .build();
    }

    static NodeFacts node(String name, boolean controlPlane) {
        return new NodeFacts(
                name,
                controlPlane ? List.of("control-plane") : List.of(),
                "amd64",
                "v1.30.4",
                "containerd://1.7.20",
                "unix:///run/containerd/containerd.sock",
                Map.of("cpu", 8_000L, "memory", 32L << 30, "pods", 110L),
                Map.of("kubernetes.io/hostname", name, "disktype", "ssd", "topology.kubernetes.io/zone", name),
                List.of());
    }

    static Map<String, String> storageClass() {
        return Map.of("provisioner", "csi.example.com", "default", "true", "bindingMode", "Immediate");
    }

    static CertificateFacts certificate(String... names) {
        return new CertificateFacts(KEY, List.of(names), "2026-01-01T00:00:00Z", "2027-11-30T00:00:00Z");
    }

    static HostSummary host(String name, long aheadMillis) {
        return new HostSummary(name, "Debian 12", "6.1.0", List.of("calico", "portmap"), aheadMillis, 20);
    }

    private static List<PortLook> ports(String node, String own, String other) {
        List<PortLook> looks = new ArrayList<>();
        for (int port : PortFactSource.PLATFORM_PORTS) {
            looks.add(new PortLook(node, other, port, State.OPEN, ""));
            looks.add(new PortLook(PortLook.HERE, own, port, State.OPEN, ""));
        }
        return looks;
    }

    /** The same map with an entry set. */
    static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> changed = new TreeMap<>(map);
        changed.put(key, value);
        return changed;
    }

    /** The same map without an entry. */
    static <V> Map<String, V> without(Map<String, V> map, String key) {
        Map<String, V> changed = new TreeMap<>(map);
        changed.remove(key);
        return changed;
    }
}
