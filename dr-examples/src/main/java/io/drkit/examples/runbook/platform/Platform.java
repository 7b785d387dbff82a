package io.drkit.examples.runbook.platform;

import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.RestartTarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two sites and what belongs to them. Only their etcds are required; what is empty has its steps skipped.
 *
 * @param there from the site that is the primary in fair weather to the other one
 * @param controlPlanes by site
 * @param clusters the sites' Kubernetes APIs, by site
 * @param drill the isolated names of a drill
 * @param restarts the workloads that must notice that the platform has moved
 * @param apiserver the manifest of kube-apiserver's static pod on each node, where they are to be stopped; empty for leaving them alone
 * @param ports what is closed on the nodes of a site that is fenced; etcd's port for clients and kube-apiserver's, say
 */
public record Platform(
        Way there,
        Objectives objectives,
        Map<String, ControlPlane> controlPlanes,
        Map<String, KubernetesConnection> clusters,
        Optional<Domain> domain,
        Optional<Domain> drill,
        Optional<Applications> applications,
        List<RestartTarget> restarts,
        Optional<NodeScript> script,
        Optional<String> apiserver,
        List<Integer> ports) {

    public Platform {
        controlPlanes = Map.copyOf(controlPlanes);
        clusters = Map.copyOf(clusters);
        restarts = List.copyOf(restarts);
        ports = List.copyOf(ports);
    }

    public Optional<ControlPlane> controlPlane(EtcdSite site) {
        return Optional.ofNullable(controlPlanes.get(site.name()));
    }

    /** Those that are to be stopped while nobody must write. */
    public Optional<Apiservers> apiservers(EtcdSite site) {
        return controlPlane(site).flatMap(nodes -> apiserver.map(manifest -> new Apiservers(nodes, manifest)));
    }

    public Optional<KubernetesConnection> cluster(EtcdSite site) {
        return Optional.ofNullable(clusters.get(site.name()));
    }
}
