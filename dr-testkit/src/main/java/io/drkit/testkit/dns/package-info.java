/**
 * What a {@link io.drkit.dns.DnsSwitcher} is tested with: its contract, and real name servers on loopback: BIND, PowerDNS and unbound.
 */
@NullMarked
package io.drkit.testkit.dns;

import org.jspecify.annotations.NullMarked;
