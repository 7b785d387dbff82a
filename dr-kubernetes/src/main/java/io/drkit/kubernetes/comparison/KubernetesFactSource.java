package io.drkit.kubernetes.comparison;

import io.drkit.comparison.Fact;
import io.drkit.comparison.FactSource;
import io.drkit.comparison.NodeFacts;
import io.drkit.comparison.SiteFacts;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a site's Kubernetes API knows of the site. Reads nodes, ConfigMaps and control-plane pods of kube-system, definitions, classes, and the images of
 * workloads; no Secrets. Lists come in pages, of which only what is compared is kept. What a right is missing for is unknown, with the reason.
 */
public final class KubernetesFactSource implements FactSource {

    private static final String SYSTEM = "kube-system";

    private final SiteApi api;

    /**
     * @param client is not closed
     * @throws IllegalArgumentException when the client sets no deadline for its requests
     */
    public KubernetesFactSource(KubernetesClient client) {
        this.api = new SiteApi(client);
    }

    @Override
    public void contribute(SiteFacts.Builder facts) {
        // First, for where the site does not answer the others need not wait for it too.
        String version = api.ask(
                "get", "its version", () -> api.client().getKubernetesVersion().getGitVersion());
        facts.kubernetes(Fact.of(version));
        Fact<List<NodeFacts>> nodes = Fact.look(() -> Fact.of(NodeReading.of(api)));
        Fact<Map<String, Map<String, String>>> configMaps = Fact.look(() -> Fact.of(configMaps()));
        Fact<List<Pod>> controlPlane = Fact.look(() -> Fact.of(controlPlane()));
        facts.nodes(nodes).configMaps(configMaps).etcd(Fact.look(() -> etcd(controlPlane)));
        network(facts, nodes, configMaps, controlPlane);
        facts.definitions(Fact.look(() -> Fact.of(ClassReading.definitions(api))))
                .storageClasses(Fact.look(() -> Fact.of(ClassReading.storageClasses(api))))
                .snapshotClasses(Fact.look(() -> Fact.of(ClassReading.snapshotClasses(api))))
                .images(Fact.look(() -> Fact.of(ImagesInUse.of(api))));
    }

    private void network(
            SiteFacts.Builder facts,
            Fact<List<NodeFacts>> nodes,
            Fact<Map<String, Map<String, String>>> configMaps,
            Fact<List<Pod>> controlPlane) {
        NetworkReading network = new NetworkReading(api, controlPlane.isKnown() ? controlPlane.get() : List.of());
        Map<String, String> kubeadm =
                configMaps.isKnown() ? configMaps.get().getOrDefault("kubeadm-config", Map.of()) : Map.of();
        String endpoint = kubeadm.getOrDefault("ClusterConfiguration.controlPlaneEndpoint", "");
        facts.network(Fact.look(network::plugins))
                .podSubnets(Fact.look(() -> network.podSubnets(kubeadm, nodes)))
                .serviceSubnets(Fact.look(() -> network.serviceSubnets(kubeadm)))
                .controlPlaneEndpoint(
                        endpoint.isEmpty() ? Fact.unknown("kubeadm-config names none") : Fact.of(endpoint));
    }

    private Map<String, Map<String, String>> configMaps() {
        Map<String, Map<String, String>> maps = new TreeMap<>();
        Pages.each(
                api,
                "configmaps in namespace " + SYSTEM,
                api.client().configMaps().inNamespace(SYSTEM),
                map -> maps.put(map.getMetadata().getName(), ConfigMapContent.of(map)));
        return maps;
    }

    /** Static pods, by the label that kubeadm and others give them. */
    private List<Pod> controlPlane() {
        List<Pod> pods = new ArrayList<>();
        Pages.each(
                api,
                "pods in namespace " + SYSTEM,
                api.client().pods().inNamespace(SYSTEM).withLabel("tier", "control-plane"),
                pods::add);
        return pods;
    }

    /** The oldest where members differ, by the tag of its image: {@code 3.5.15-0}. */
    private static Fact<String> etcd(Fact<List<Pod>> controlPlane) {
        if (!controlPlane.isKnown()) {
            return Fact.unknown(controlPlane.because());
        }
        TreeSet<String> versions = new TreeSet<>();
        for (Pod pod : controlPlane.get()) {
            Map<String, String> labels = pod.getMetadata().getLabels();
            if (labels != null && "etcd".equals(labels.get("component"))) {
                versions.add(
                        NetworkReading.tag(pod.getSpec().getContainers().get(0).getImage())
                                .replaceFirst("^v", "")
                                .replaceFirst("-\\d+$", ""));
            }
        }
        versions.remove("");
        return versions.isEmpty() ? Fact.unknown("kube-system has no pods of etcd") : Fact.of(versions.first());
    }
}
