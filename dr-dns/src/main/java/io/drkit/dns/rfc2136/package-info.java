/** A {@link io.drkit.dns.DnsSwitcher} by dynamic update (RFC 2136) signed with a shared key (TSIG, RFC 8945): BIND, Knot, Windows and others. */
@NullMarked
package io.drkit.dns.rfc2136;

import org.jspecify.annotations.NullMarked;
