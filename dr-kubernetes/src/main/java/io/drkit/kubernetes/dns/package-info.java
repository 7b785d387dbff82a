/** What pods in a cluster see of names: a {@link io.drkit.dns.DnsVantage} that runs {@code nslookup} in one. */
@NullMarked
package io.drkit.kubernetes.dns;

import org.jspecify.annotations.NullMarked;
