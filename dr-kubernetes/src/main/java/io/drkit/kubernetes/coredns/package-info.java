/** A {@link io.drkit.dns.DnsSwitcher} on the ConfigMap that a CoreDNS in the cluster is configured by, and restarting it. */
@NullMarked
package io.drkit.kubernetes.coredns;

import org.jspecify.annotations.NullMarked;
