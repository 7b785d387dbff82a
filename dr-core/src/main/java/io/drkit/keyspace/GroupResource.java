package io.drkit.keyspace;

/**
 * A kind of Kubernetes object as RBAC and encryption configurations name it: {@code secrets}, {@code deployments.apps}.
 *
 * @param group empty for the core group
 * @param resource the plural, in lower case
 */
public record GroupResource(String group, String resource) {

    /** Splits at the first dot, as Kubernetes does: what follows it is the group. */
    public static GroupResource parse(String text) {
        int dot = text.indexOf('.');
        return dot < 0
                ? new GroupResource("", text)
                : new GroupResource(text.substring(dot + 1), text.substring(0, dot));
    }

    /** As {@link #parse} reads it; for the core group the bare resource, or {@code *.} for all of it. */
    @Override
    public String toString() {
        return group.isEmpty() && !resource.equals("*") ? resource : resource + "." + group;
    }
}
