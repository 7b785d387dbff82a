package io.drkit.kubernetes.externaldns;

import io.drkit.dns.DnsName;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Which {@code DNSEndpoint} objects hold the names, and how long to wait for external-dns.
 *
 * @param namespace of the objects
 * @param domains that external-dns is responsible for, as its {@code --domain-filter} says; empty, the default, for any
 * @param create the object that new names go into, which is created if it is not there; by default {@code drkit}
 * @param seenWithin how long a change waits for external-dns to have read it; 90 s by default, for it looks once a minute; zero for not at all
 */
public record DnsEndpoints(String namespace, Set<DnsName> domains, String create, Duration seenWithin) {

    /** @throws IllegalArgumentException when a name is empty or the time is negative */
    public DnsEndpoints {
        if (namespace.isBlank() || create.isBlank()) {
            throw new IllegalArgumentException("DNSEndpoint objects need a namespace and a name.");
        }
        if (seenWithin.isNegative()) {
            throw new IllegalArgumentException("external-dns cannot be waited for " + seenWithin + ".");
        }
        domains = Set.copyOf(domains);
    }

    /** Starts the description of those of a namespace. */
    public static Builder in(String namespace) {
        return new Builder(namespace);
    }

    boolean isResponsible(DnsName name) {
        return domains.isEmpty() || domains.stream().anyMatch(name::isWithin);
    }

    @Override
    public String toString() {
        return "the DNSEndpoints in namespace " + namespace;
    }

    /** Sets what differs from the defaults. Not thread-safe. */
    public static final class Builder {

        private final String namespace;
        private Collection<DnsName> domains = List.of();
        private String create = "drkit";
        private Duration seenWithin = Duration.ofSeconds(90);

        private Builder(String namespace) {
            this.namespace = namespace;
        }

        public Builder domains(Collection<DnsName> domains) {
            this.domains = domains;
            return this;
        }

        public Builder create(String create) {
            this.create = create;
            return this;
        }

        public Builder seenWithin(Duration seenWithin) {
            this.seenWithin = seenWithin;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when something is out of range */
        public DnsEndpoints build() {
            return new DnsEndpoints(namespace, Set.copyOf(domains), create, seenWithin);
        }
    }
}
