package io.drkit.kubernetes.coredns;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The records that one version of the ConfigMap holds for one plugin. Every method throws {@link IllegalArgumentException} for a name that the plugin
 * does not answer for, and {@link UnsafeToProceedException} for what cannot be read or edited beyond doubt.
 */
interface Records {

    DnsRecords read(Collection<DnsName> names);

    /** The keys of the ConfigMap that have to change so that these names lead as {@code after} says, and their new texts. */
    Map<String, String> changed(Collection<DnsName> names, DnsRecords after);

    /** By zone; empty where there are none. */
    SortedMap<DnsName, Long> serials(Collection<DnsName> names);

    /** Why CoreDNS would not read these keys again by itself, in words that follow "because"; empty when it does. */
    Optional<String> notReadAgain(Collection<DnsName> names, Collection<String> keys);
}
