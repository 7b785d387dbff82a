/**
 * {@link io.drkit.dns.DnsSwitcher}: moves the platform's names from one site's addresses to another's, and the evidence that they have moved:
 * {@link io.drkit.dns.DnsProof}. The terms (zone, record set, serial, time to live) are those of RFC 1034 and RFC 9499.
 */
@NullMarked
package io.drkit.dns;

import org.jspecify.annotations.NullMarked;
