package io.drkit.keyspace;

/** Whose business a key of kube-apiserver is, as far as the key tells. */
public enum KeyClass {

    /** Somebody asked for it: what makes up the platform. */
    DECLARED,

    /** A controller makes it from what is declared, and each cluster's controllers make their own: Pods, Endpoints, EndpointSlices. */
    DERIVED,

    /** It is about this cluster's nodes, addresses, network, certificates or version, or about its backups. */
    CLUSTER_LOCAL,

    /** It lives by a lease or by being renewed: events, leases. */
    EPHEMERAL;

    /** The class of a key; {@link #DECLARED} for whatever is not known to be something else. */
    public static KeyClass of(RegistryKey key) {
        ScopeRule rule = ScopeRule.ofResource(key.resource());
        if (rule == null) {
            rule = ScopeRule.ofName(key);
        }
        return rule == null ? DECLARED : rule.keyClass();
    }
}
