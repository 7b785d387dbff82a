package io.drkit.examples.cli;

import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.dns.PodPlace;
import io.drkit.kubernetes.dns.PodVantage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Pods of a cluster that look the names up, in the list {@code pods} of {@link DnsSettings}.
 *
 * @param cluster how it is named in reports; by default its kubeconfig
 * @param kubeconfig relative to the configuration
 * @param deployment {@code NAMESPACE/DEPLOYMENT}, or {@code NAMESPACE/DEPLOYMENT/CONTAINER}, whose image has an nslookup
 * @param coredns {@code NAMESPACE/DEPLOYMENT} of its name server, for {@code --restart-coredns}; by default kube-system/coredns
 */
public record PodSettings(
        @Nullable String cluster,
        @Nullable Path kubeconfig,
        @Nullable String context,
        @Nullable String deployment,
        @Nullable String coredns) {

    private static final String PART = "dns.pods";

    /** Connects to nothing yet. */
    public PodVantage vantage(Path file, Duration deadline) {
        if (deployment == null) {
            throw new IllegalArgumentException(file + ": " + PART + " needs 'deployment': NAMESPACE/DEPLOYMENT.");
        }
        String name = cluster != null ? cluster : String.valueOf(kubeconfig);
        return PodVantage.by(connection(file, deadline), name, PodPlace.of(deployment), deadline);
    }

    /** The Deployment of the cluster's name server. */
    public PodPlace nameServer() {
        return PodPlace.of(Objects.requireNonNullElse(coredns, "kube-system/coredns"));
    }

    /** Connects to nothing yet. */
    public KubernetesConnection connection(Path file, Duration deadline) {
        return ClusterSettings.connection(file, PART, kubeconfig, context, deadline);
    }
}
