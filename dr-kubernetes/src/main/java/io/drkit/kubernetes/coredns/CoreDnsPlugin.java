package io.drkit.kubernetes.coredns;

/** Which of CoreDNS' plugins holds the names: they can hold different things. */
public enum CoreDnsPlugin {
    /** Lines of addresses and names, in the Corefile or in a hosts file: addresses only, no wildcards, one time to live for all. */
    HOSTS,
    /** A zone file. */
    FILE
}
