package io.drkit.kubernetes.comparison;

import io.drkit.comparison.NodeFacts;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Nodes, by what their kubelets report. */
final class NodeReading {

    private static final String ROLE = "node-role.kubernetes.io/";
    private static final String SOCKET = "kubeadm.alpha.kubernetes.io/cri-socket";
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);

    private NodeReading() {}

    static List<NodeFacts> of(SiteApi api) {
        List<NodeFacts> nodes = new ArrayList<>();
        Pages.each(api, "nodes", api.client().nodes(), node -> nodes.add(facts(node)));
        nodes.sort(Comparator.comparing(NodeFacts::name));
        return nodes;
    }

    private static NodeFacts facts(Node node) {
        Map<String, String> labels =
                Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
        Map<String, String> annotations =
                Objects.requireNonNullElse(node.getMetadata().getAnnotations(), Map.of());
        NodeSystemInfo info = node.getStatus() == null || node.getStatus().getNodeInfo() == null
                ? new NodeSystemInfo()
                : node.getStatus().getNodeInfo();
        return new NodeFacts(
                node.getMetadata().getName(),
                labels.keySet().stream()
                        .filter(label -> label.startsWith(ROLE))
                        .map(label -> label.substring(ROLE.length()))
                        .sorted()
                        .toList(),
                text(info.getArchitecture()),
                text(info.getKubeletVersion()),
                text(info.getContainerRuntimeVersion()),
                annotations.getOrDefault(SOCKET, ""),
                capacity(node),
                labels,
                node.getSpec() == null || node.getSpec().getPodCIDRs() == null
                        ? List.of()
                        : node.getSpec().getPodCIDRs());
    }

    private static Map<String, Long> capacity(Node node) {
        Map<String, Long> capacity = new TreeMap<>();
        if (node.getStatus() != null && node.getStatus().getCapacity() != null) {
            for (Map.Entry<String, Quantity> resource :
                    node.getStatus().getCapacity().entrySet()) {
                BigDecimal amount = Quantity.getAmountInBytes(resource.getValue());
                boolean cpu = resource.getKey().equals("cpu");
                capacity.put(resource.getKey(), (cpu ? amount.multiply(THOUSAND) : amount).longValue());
            }
        }
        return capacity;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
