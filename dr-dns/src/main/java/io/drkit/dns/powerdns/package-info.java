/** A {@link io.drkit.dns.DnsSwitcher} by the HTTP API of the PowerDNS authoritative server, 4.3 and newer. */
@NullMarked
package io.drkit.dns.powerdns;

import org.jspecify.annotations.NullMarked;
