package io.drkit.kubernetes.comparison;

import io.drkit.comparison.Fact;
import io.drkit.comparison.NodeFacts;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The network of a site: its CNI plugin, and the subnets that pods and Services get their addresses from. */
final class NetworkReading {

    /** DaemonSets by which plugins run, and what the plugins are called. */
    private static final Map<String, String> PLUGINS = Map.ofEntries(
            Map.entry("calico-node", "calico"),
            Map.entry("canal", "canal"),
            Map.entry("cilium", "cilium"),
            Map.entry("kube-flannel", "flannel"),
            Map.entry("kube-flannel-ds", "flannel"),
            Map.entry("kube-ovn-cni", "kube-ovn"),
            Map.entry("antrea-agent", "antrea"),
            Map.entry("weave-net", "weave-net"),
            Map.entry("kube-router", "kube-router"),
            Map.entry("kindnet", "kindnet"),
            Map.entry("ovnkube-node", "ovn-kubernetes"),
            Map.entry("aws-node", "aws-vpc-cni"),
            Map.entry("kube-multus-ds", "multus"),
            Map.entry("whereabouts", "whereabouts"));

    private static final ResourceDefinitionContext SERVICE_CIDR = new ResourceDefinitionContext.Builder()
            .withGroup("networking.k8s.io")
            .withVersion("v1")
            .withKind("ServiceCIDR")
            .withPlural("servicecidrs")
            .withNamespaced(false)
            .build();

    private final SiteApi api;
    private final List<Pod> controlPlane;

    /** @param controlPlane pods of kube-system that are the control plane's */
    NetworkReading(SiteApi api, List<Pod> controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
    }

    Fact<Map<String, String>> plugins() {
        Map<String, String> plugins = new TreeMap<>();
        Pages.each(api, "daemonsets.apps", api.client().apps().daemonSets().inAnyNamespace(), set -> {
            String plugin = PLUGINS.get(set.getMetadata().getName());
            if (plugin != null) {
                plugins.put(
                        plugin, version(set.getSpec().getTemplate().getSpec().getContainers()));
            }
        });
        return plugins.isEmpty()
                ? Fact.unknown("no DaemonSet of a CNI plugin that DrKit knows was found: it knows "
                        + String.join(", ", new TreeSet<>(PLUGINS.keySet())))
                : Fact.of(plugins);
    }

    /** kubeadm says; else kube-controller-manager. What the nodes have are slices of it. */
    Fact<List<String>> podSubnets(Map<String, String> kubeadm, Fact<List<NodeFacts>> nodes) {
        List<String> subnets = first(
                kubeadm.getOrDefault("ClusterConfiguration.networking.podSubnet", ""),
                flag("kube-controller-manager", "--cluster-cidr"));
        if (!subnets.isEmpty()) {
            return Fact.of(subnets);
        }
        String slices = nodes.isKnown()
                ? String.join(
                        ", ",
                        nodes.get().stream()
                                .flatMap(node -> node.podCidrs().stream())
                                .sorted()
                                .toList())
                : "";
        return Fact.unknown("neither kubeadm-config nor kube-controller-manager names them"
                + (slices.isEmpty() ? "" : "; the nodes have " + slices));
    }

    /** ServiceCIDRs hold also what was added later (Kubernetes 1.33); else kubeadm says, or kube-apiserver. */
    Fact<List<String>> serviceSubnets(Map<String, String> kubeadm) {
        List<String> subnets = new ArrayList<>(serviceCidrs());
        if (subnets.isEmpty()) {
            subnets.addAll(first(
                    kubeadm.getOrDefault("ClusterConfiguration.networking.serviceSubnet", ""),
                    flag("kube-apiserver", "--service-cluster-ip-range")));
        }
        return subnets.isEmpty()
                ? Fact.unknown("neither ServiceCIDRs nor kubeadm-config nor kube-apiserver names them")
                : Fact.of(subnets);
    }

    private List<String> serviceCidrs() {
        List<String> subnets = new ArrayList<>();
        Consumer<GenericKubernetesResource> add = cidr -> {
            if (cidr.get("spec", "cidrs") instanceof List<?> list) {
                list.forEach(subnet -> subnets.add(String.valueOf(subnet)));
            }
        };
        return api.askIfAllowed("list", "servicecidrs.networking.k8s.io", () -> {
                    try {
                        api.client()
                                .genericKubernetesResources(SERVICE_CIDR)
                                .list()
                                .getItems()
                                .forEach(add);
                    } catch (KubernetesClientException e) {
                        if (e.getCode() != 404) {
                            throw e;
                        }
                    }
                    return subnets.stream().sorted().toList();
                })
                .orElse(List.of());
    }

    private static List<String> first(String... texts) {
        return Stream.of(texts)
                .filter(text -> !text.isBlank())
                .findFirst()
                .map(text -> Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .sorted()
                        .toList())
                .orElse(List.of());
    }

    private String flag(String component, String flag) {
        return controlPlane.stream()
                .filter(pod -> pod.getMetadata().getName().startsWith(component))
                .flatMap(pod -> pod.getSpec().getContainers().stream())
                .flatMap(container -> Stream.concat(container.getCommand().stream(), container.getArgs().stream()))
                .filter(argument -> argument.startsWith(flag + "="))
                .map(argument -> argument.substring(flag.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** An image without a tag is known by its digest: two of which nothing is known would look alike. */
    private static String version(List<Container> containers) {
        String image = containers.isEmpty() ? "" : containers.get(0).getImage();
        String tag = tag(image);
        return tag.isEmpty() ? image.replaceFirst("^[^@]*@", "") : tag;
    }

    /** The tag of an image; empty when only a digest names it. */
    static String tag(String image) {
        String name = image.replaceFirst("@.*$", "");
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/') ? name.substring(colon + 1) : "";
    }
}
