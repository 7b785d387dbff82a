package io.drkit.comparison;

/** What is compared, as people call it; and what may be wrong unseen where it is unknown. */
public enum Topic {
    KUBERNETES("Kubernetes version", true, "Objects of one site may not be readable at the other."),
    KUBELETS("Kubelet versions", true, "Pods may not start on the standby's nodes."),
    ETCD("etcd version", false, "A snapshot of one site may not be restorable at the other."),
    RUNTIME("Container runtime", true, "Pods may not start on the standby's nodes."),
    NETWORK("CNI plugin", true, "Network policies may not hold at the standby."),
    POD_SUBNETS("Pod subnets", true, "Addresses of pods in network policies and firewalls may be others."),
    SERVICE_SUBNETS("Service subnets", true, "The API server may refuse the addresses of mirrored Services."),
    CONFIG_MAPS("ConfigMaps of kube-system", true, "The control planes may be set up differently."),
    NODES("Nodes", true, "Pods may find no node at the standby."),
    DEFINITIONS("Custom resource definitions", true, "Mirrored custom resources may not be readable at the standby."),
    STORAGE_CLASSES("Storage classes", true, "Claims may stay pending at the standby."),
    SNAPSHOT_CLASSES("Volume snapshot classes", false, "Volumes may not be replicated back after a failover."),
    IMAGES("Images", true, "Pods may find no image at the standby."),
    API_CERTIFICATE("API server certificate", true, "Clients may refuse the standby's API server."),
    DOMAIN_CERTIFICATE("Certificate of the platform's domain", true, "Clients may refuse the standby."),
    HOSTS("Control-plane hosts", true, "Host names may collide and clocks may differ."),
    PORTS("Ports between the sites", true, "Mirror, API and registry may be out of the other site's reach."),
    CLOCKS("Clocks", true, "Certificates, tokens and the RPO may be judged wrongly.");

    private final String title;
    private final boolean important;
    private final String unseen;

    Topic(String title, boolean important, String unseen) {
        this.title = title;
        this.important = important;
        this.unseen = unseen;
    }

    /** As people call it. */
    public String title() {
        return title;
    }

    /** Whether a comparison without it is inconclusive. */
    public boolean isImportant() {
        return important;
    }

    /** What may be wrong where it is unknown. */
    String unseen() {
        return unseen;
    }
}
