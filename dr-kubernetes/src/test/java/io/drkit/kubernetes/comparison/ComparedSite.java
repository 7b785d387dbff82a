package io.drkit.kubernetes.comparison;

import io.drkit.comparison.CertificateFacts;
import io.drkit.comparison.Fact;
import io.drkit.comparison.FactSource;
import io.drkit.comparison.HostFactSource;
import io.drkit.comparison.PortFactSource;
import io.drkit.comparison.SiteFacts;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.kubernetes.KubernetesSite;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.kubernetes.registry.Registry;
import io.drkit.kubernetes.registry.RegistryConnection;
import io.drkit.kubernetes.registry.RegistryFactSource;
import io.drkit.kubernetes.registry.StandInRegistry;
import io.drkit.testkit.StandInHost;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A site to be compared: objects in a mock API server, hosts and a registry that are played. */
final class ComparedSite implements AutoCloseable {

    static final String OBJECTS = """
            {kind: Node, apiVersion: v1, metadata: {name: cp-1, labels: {node-role.kubernetes.io/control-plane: "", kubernetes.io/hostname: cp-1}, annotations: {kubeadm.alpha.kubernetes.io/cri-socket: "unix:///run/containerd/containerd.sock"}}, status: {capacity: {cpu: "4", memory: 16Gi, pods: "110"}, nodeInfo: {architecture: amd64, kubeletVersion: v1.30.4, containerRuntimeVersion: "containerd://1.7.20"}}}
            ---
            {kind: Node, apiVersion: v1, metadata: {name: cp-2, labels: {node-role.kubernetes.io/control-plane: "", kubernetes.io/hostname: cp-2}}, status: {capacity: {cpu: "4", memory: 16Gi, pods: "110"}, nodeInfo: {architecture: amd64, kubeletVersion: v1.30.4, containerRuntimeVersion: "containerd://1.7.20"}}}
            ---
            {kind: Node, apiVersion: v1, metadata: {name: w-1, labels: {disktype: ssd, kubernetes.io/hostname: w-1}}, spec: {podCIDRs: [10.244.2.0/24]}, status: {capacity: {cpu: 7910m, memory: 32Gi, pods: "250", nvidia.com/gpu: "2"}, nodeInfo: {architecture: amd64, kubeletVersion: v1.30.4, containerRuntimeVersion: "containerd://1.7.20"}}}
            ---
            {kind: ConfigMap, apiVersion: v1, metadata: {name: kubeadm-config, namespace: kube-system}, data: {ClusterConfiguration: "controlPlaneEndpoint: OWN:6443\\nkubernetesVersion: v1.30.4\\napiServer:\\n  extraArgs:\\n  - {name: audit-log-maxage, value: '30'}\\n  - {name: oidc-client-secret, value: hunter2}\\n  certSANs: [OWN]\\nnetworking: {podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/12}\\n"}}
            ---
            {kind: ConfigMap, apiVersion: v1, metadata: {name: coredns, namespace: kube-system}, data: {Corefile: ".:53 {\\n  forward . 10.0.0.53\\n}"}}
            ---
            {kind: ConfigMap, apiVersion: v1, metadata: {name: kube-proxy, namespace: kube-system}, data: {config.conf: "mode: ipvs\\nclusterCIDR: 10.244.0.0/16\\n", kubeconfig.conf: "clusters: [{cluster: {server: 'https://OWN:6443'}}]"}}
            ---
            {kind: ConfigMap, apiVersion: v1, metadata: {name: kubelet-config, namespace: kube-system}, data: {kubelet: "maxPods: 110\\nclusterDomain: cluster.local\\n"}}
            ---
            {kind: ConfigMap, apiVersion: v1, metadata: {name: audit-policy, namespace: kube-system}, data: {policy: "rules: [{level: Metadata}]"}}
            ---
            {kind: ConfigMap, apiVersion: v1, metadata: {name: kube-root-ca.crt, namespace: kube-system}, data: {ca.crt: "certificate of OWN"}}
            ---
            {kind: Pod, apiVersion: v1, metadata: {name: etcd-cp-1, namespace: kube-system, labels: {tier: control-plane, component: etcd}}, spec: {containers: [{name: etcd, image: "registry.k8s.io/etcd:3.5.15-0"}]}}
            ---
            {kind: Pod, apiVersion: v1, metadata: {name: app-1, namespace: shop}, spec: {initContainers: [{name: init, image: "registry.example.com/shop/init:1"}], containers: [{name: app, image: "registry.example.com/shop/app:1.4"}]}}
            ---
            {kind: DaemonSet, apiVersion: apps/v1, metadata: {name: calico-node, namespace: kube-system}, spec: {template: {spec: {containers: [{name: calico-node, image: "docker.io/calico/node:v3.28.1"}]}}}}
            ---
            {kind: StatefulSet, apiVersion: apps/v1, metadata: {name: db, namespace: shop}, spec: {replicas: 0, template: {spec: {containers: [{name: db, image: "registry.example.com/shop/db:15"}]}}}}
            ---
            {kind: CronJob, apiVersion: batch/v1, metadata: {name: nightly, namespace: shop}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job, image: "registry.example.com/shop/job:2"}]}}}}}}
            ---
            {kind: CustomResourceDefinition, apiVersion: apiextensions.k8s.io/v1, metadata: {name: shops.example.com}, spec: {group: example.com, scope: Namespaced, names: {kind: Shop, plural: shops}, versions: [{name: v1beta1, served: true, storage: false}, {name: v1, served: true, storage: true}]}, status: {storedVersions: [v1]}}
            ---
            {kind: CustomResourceDefinition, apiVersion: apiextensions.k8s.io/v1, metadata: {name: carts.example.com}, spec: {group: example.com, scope: Namespaced, names: {kind: Cart, plural: carts}, versions: [{name: v1, served: true, storage: true}]}, status: {storedVersions: [v1]}}
            ---
            {kind: CustomResourceDefinition, apiVersion: apiextensions.k8s.io/v1, metadata: {name: tills.example.com}, spec: {group: example.com, scope: Namespaced, names: {kind: Till, plural: tills}, versions: [{name: v1, served: true, storage: true}]}, status: {storedVersions: [v1]}}
            ---
            {kind: StorageClass, apiVersion: storage.k8s.io/v1, metadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}, provisioner: csi.example.com, volumeBindingMode: Immediate, reclaimPolicy: Delete}
            ---
            {kind: StorageClass, apiVersion: storage.k8s.io/v1, metadata: {name: slow}, provisioner: nfs.example.com, volumeBindingMode: Immediate, reclaimPolicy: Retain}
            ---
            {kind: StorageClass, apiVersion: storage.k8s.io/v1, metadata: {name: local}, provisioner: local.example.com, volumeBindingMode: WaitForFirstConsumer, reclaimPolicy: Delete}
            ---
            {kind: VolumeSnapshotClass, apiVersion: snapshot.storage.k8s.io/v1, metadata: {name: snap}, driver: csi.example.com, deletionPolicy: Delete}
            ---
            {kind: VolumeSnapshotClass, apiVersion: snapshot.storage.k8s.io/v1, metadata: {name: keep}, driver: csi.example.com, deletionPolicy: Retain}
            """;

    static final String NAME = "platform.example.com";
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    final StandInRegistry registry = new StandInRegistry();
    final List<StandInHost> hosts = new ArrayList<>();
    private final String name;
    private final String own;
    private final String other;
    private final KubernetesSite kubernetes = KubernetesSites.withoutControllers();
    private final FaultyApi api = new FaultyApi(kubernetes);
    private final KubernetesClient client = api.client(20_000);
    private String version = "v1.30.4";
    private CertificateFacts apiCertificate;
    private CertificateFacts domainCertificate = certificate("ab", NAME);

    ComparedSite(String name, String own, String other) {
        this.name = name;
        this.apiCertificate = certificate(name.startsWith("p") ? "a0" : "a1", NAME);
        this.own = own;
        this.other = other;
        api.serve("/version", () -> "{\"major\": \"1\", \"minor\": \"30\", \"gitVersion\": \"" + version + "\"}");
    }

    void version(String version) {
        this.version = version;
    }

    void certificates(CertificateFacts api, CertificateFacts domain) {
        apiCertificate = api;
        domainCertificate = domain;
    }

    FaultyApi api() {
        return api;
    }

    /** @param objects as {@link #OBJECTS}, changed or not */
    void create(String objects) {
        try (KubernetesClient direct = kubernetes.client()) {
            for (String object : objects.replace("OWN", own).split("(?m)^---$", -1)) {
                if (!object.isBlank()) {
                    create(direct, object.strip());
                }
            }
        }
    }

    private static void create(KubernetesClient direct, String object) {
        // What begins with a brace is taken for JSON.
        String yaml = "# YAML\n" + object;
        if (object.contains("VolumeSnapshotClass")) {
            direct.genericKubernetesResources(ClassReading.SNAPSHOT_CLASS)
                    .resource(new KubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class))
                    .create();
        } else {
            direct.resource(yaml).create();
        }
    }

    static CertificateFacts certificate(String key, String... names) {
        return new CertificateFacts(key.repeat(32), List.of(names), "2026-01-01T00:00:00Z", "2046-01-01T00:00:00Z");
    }

    /** @param images that run at the other site */
    SiteFacts gather(Fact<List<String>> images) {
        FactSource shown = facts -> facts.apiServerCertificate(Fact.of(apiCertificate))
                .controlPlaneNames(Fact.of(List.of(NAME)))
                .domain(Fact.of(Map.of(NAME, Fact.of(domainCertificate))));
        FactSource ports = facts -> {
            new PortFactSource(
                            name,
                            hosts,
                            List.of(own),
                            List.of(other),
                            PortFactSource.PLATFORM_PORTS,
                            Duration.ofMillis(1))
                    .contribute(facts);
            // Nothing listens at these addresses: from here all is closed.
            facts.ports(facts.build()
                    .ports()
                    .map(looks -> looks.stream()
                            .filter(look -> !look.from().equals("here"))
                            .toList()));
        };
        return SiteFacts.gather(
                name,
                "clock-1",
                Clock.systemUTC(),
                List.of(
                        new KubernetesFactSource(client),
                        new HostFactSource(hosts, Clock.systemUTC(), DEADLINE),
                        ports,
                        shown,
                        new RegistryFactSource(
                                new Registry(
                                        RegistryConnection.to(registry.url()).build()),
                                images)));
    }

    @Override
    public void close() {
        client.close();
        api.close();
        registry.close();
    }
}
