package io.drkit.artifact;

import org.jspecify.annotations.Nullable;

/**
 * An object of the Kubernetes API, as its manifest names it.
 *
 * @param apiVersion group and version, {@code apps/v1}; {@code v1} for the core group
 * @param namespace null for one of the whole cluster
 */
public record ObjectName(
        String apiVersion, String kind, @Nullable String namespace, String name) {

    /** @throws IllegalArgumentException when a part is empty */
    public ObjectName {
        if (apiVersion.isEmpty() || kind.isEmpty() || name.isEmpty() || (namespace != null && namespace.isEmpty())) {
            throw new IllegalArgumentException("An object has an apiVersion, a kind and a name.");
        }
    }

    /** The API group; empty for the core group. */
    public String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    /** {@code Deployment web in namespace shop} */
    @Override
    public String toString() {
        return kind + " " + name + (namespace == null ? "" : " in namespace " + namespace);
    }
}
