package io.drkit.examples.runbook.platform;

import io.drkit.node.ApiserverPod;
import io.drkit.node.NodeAccess;
import java.time.Duration;

/**
 * A site's kube-apiservers, which the kubelets of its nodes run as static pods.
 *
 * @param manifest their path on each node
 */
public record Apiservers(ControlPlane nodes, String manifest) {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** That of a node. */
    public ApiserverPod of(NodeAccess node) {
        return new ApiserverPod(node, manifest, PATIENCE);
    }
}
