package io.drkit.kubernetes.dns;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pods names are looked up in.
 *
 * @param deployment whose pods have an {@code nslookup}
 * @param container null, the default, for the pod's first
 */
public record PodPlace(
        String namespace, String deployment, @Nullable String container) {

    /** @throws IllegalArgumentException when one is empty */
    public PodPlace {
        if (namespace.isBlank() || deployment.isBlank() || (container != null && container.isBlank())) {
            throw new IllegalArgumentException(
                    "Pods are named by NAMESPACE/DEPLOYMENT or NAMESPACE/DEPLOYMENT/CONTAINER.");
        }
    }

    /**
     * From {@code NAMESPACE/DEPLOYMENT} or {@code NAMESPACE/DEPLOYMENT/CONTAINER}.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static PodPlace of(String text) {
        List<String> parts = List.of(text.split("/", -1));
        if (parts.size() != 2 && parts.size() != 3) {
            throw new IllegalArgumentException(
                    "'" + text + "' names no pods: expected NAMESPACE/DEPLOYMENT or NAMESPACE/DEPLOYMENT/CONTAINER.");
        }
        return new PodPlace(parts.get(0), parts.get(1), parts.size() == 3 ? parts.get(2) : null);
    }

    @Override
    public String toString() {
        return namespace + "/" + deployment + (container == null ? "" : "/" + container);
    }
}
