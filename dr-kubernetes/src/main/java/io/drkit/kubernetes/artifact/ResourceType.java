package io.drkit.kubernetes.artifact;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A resource that an API server serves, in one version. */
record ResourceType(String group, String version, String plural, String kind, boolean namespaced)
        implements Comparable<ResourceType> {

    static final ResourceType NAMESPACES = new ResourceType("", "v1", "namespaces", "Namespace", false);
    static final ResourceType DEFINITIONS = new ResourceType(
            "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false);
    static final ResourceType CLUSTER_ROLES =
            new ResourceType("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false);
    static final ResourceType CLUSTER_ROLE_BINDINGS =
            new ResourceType("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false);

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** As RBAC and kubectl name it: {@code deployments.apps}. */
    String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** Where its objects are listed and created. */
    String path(@Nullable String namespace) {
        return (group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version)
                + (namespace == null ? "" : "/namespaces/" + namespace)
                + "/" + plural;
    }

    String path(@Nullable String namespace, String name) {
        // Names of roles hold colons, which a path may, and anything else that is no slash.
        return path(namespace) + "/"
                + URLEncoder.encode(name, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace("%3A", ":");
    }

    String what(@Nullable String namespace) {
        return resource() + (namespace == null ? "" : " in namespace " + namespace);
    }

    String what(@Nullable String namespace, String name) {
        return resource() + " " + name + (namespace == null ? "" : " in namespace " + namespace);
    }

    @Override
    public int compareTo(ResourceType other) {
        return resource().compareTo(other.resource());
    }
}
