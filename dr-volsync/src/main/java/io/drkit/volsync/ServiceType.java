package io.drkit.volsync;

/** How the receiver is reached from the other site. */
public enum ServiceType {
    /** By the address that a load balancer gives; may be a name. */
    LOAD_BALANCER("LoadBalancer"),
    /** By a ready node's address and a port of all nodes. */
    NODE_PORT("NodePort"),
    /** By the cluster's inner address, where the two networks are bridged (Submariner, say). */
    CLUSTER_IP("ClusterIP");

    private final String kubernetes;

    ServiceType(String kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** As in a Service's {@code spec.type}. */
    public String kubernetes() {
        return kubernetes;
    }
}
