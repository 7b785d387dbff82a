/** A {@link io.drkit.dns.DnsSwitcher} on the {@code DNSEndpoint} objects that external-dns brings to a name server. */
@NullMarked
package io.drkit.kubernetes.externaldns;

import org.jspecify.annotations.NullMarked;
