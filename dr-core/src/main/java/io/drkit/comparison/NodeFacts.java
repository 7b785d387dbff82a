package io.drkit.comparison;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A node, as the Kubernetes API has it.
 *
 * @param roles by its labels {@code node-role.kubernetes.io/…}
 * @param architecture as Go spells it: {@code amd64}
 * @param kubelet its version, such as {@code v1.30.4}
 * @param runtime as its status has it: {@code containerd://1.7.20}
 * @param runtimeSocket kubeadm's annotation {@code kubeadm.alpha.kubernetes.io/cri-socket}; empty without one
 * @param capacity by resource, {@code cpu} in thousandths of a core, {@code memory} in bytes, others in their own unit
 * @param podCidrs the subnets of its pods
 */
public record NodeFacts(
        String name,
        List<String> roles,
        String architecture,
        String kubelet,
        String runtime,
        String runtimeSocket,
        Map<String, Long> capacity,
        Map<String, String> labels,
        List<String> podCidrs) {

    public NodeFacts {
        roles = List.copyOf(roles);
        capacity = Collections.unmodifiableMap(new TreeMap<>(capacity));
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        podCidrs = List.copyOf(podCidrs);
    }

    /** Whether it bears the control plane; {@code master} is what the role was called before Kubernetes 1.24. */
    boolean isControlPlane() {
        return roles.contains("control-plane") || roles.contains("master");
    }
}
