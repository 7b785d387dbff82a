package io.drkit.examples.cli;

import io.drkit.kubernetes.KubernetesConnection;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a configuration says which cluster's API is meant: by a kubeconfig, relative to the file, and a context of it. */
final class ClusterSettings {

    private ClusterSettings() {}

    /**
     * @param part of the file, for messages: {@code dns.backend}
     * @throws IllegalArgumentException when there is no kubeconfig, or the deadline is out of range
     */
    static KubernetesConnection connection(
            Path file, String part, @Nullable Path kubeconfig, @Nullable String context, Duration deadline) {
        if (kubeconfig == null) {
            throw new IllegalArgumentException(file + ": " + part + " needs 'kubeconfig'.");
        }
        KubernetesConnection.Builder connection =
                KubernetesConnection.by(file.resolveSibling(kubeconfig)).requestTimeout(deadline);
        if (context != null) {
            connection.context(context);
        }
        return connection.build();
    }
}
