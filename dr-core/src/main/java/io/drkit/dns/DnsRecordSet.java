package io.drkit.dns;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * All records of one type at one name: an RRset.
 *
 * @param ttl how long resolvers may keep it; whole seconds, at most 2^31 - 1 (RFC 2181, section 8)
 * @param values addresses, each in its one canonical spelling, sorted and without repetition; or the one name that a CNAME leads to
 */
public record DnsRecordSet(DnsName name, RecordType type, Duration ttl, List<String> values) {

    /** @throws IllegalArgumentException in one sentence, when a value is not of the type or the time to live is out of range */
    public DnsRecordSet {
        if (ttl.isNegative()
                || ttl.toSeconds() > Integer.MAX_VALUE
                || !ttl.equals(Duration.ofSeconds(ttl.toSeconds()))) {
            throw new IllegalArgumentException(
                    "The time to live of " + name + " must be whole seconds from 0 to 2^31 - 1, not " + ttl + ".");
        }
        values = values.stream()
                .map(value -> type == RecordType.CNAME ? DnsName.of(value).ascii() : IpAddress.canonical(type, value))
                .distinct()
                .sorted()
                .toList();
        if (values.isEmpty() || (type == RecordType.CNAME && values.size() > 1)) {
            throw new IllegalArgumentException(type + " of " + name + " needs "
                    + (type == RecordType.CNAME ? "exactly" : "at least") + " one value.");
        }
    }

    /** As the constructor, from values one by one. */
    public static DnsRecordSet of(DnsName name, RecordType type, Duration ttl, String... values) {
        return new DnsRecordSet(name, type, ttl, List.of(values));
    }

    /**
     * The record sets that lead a name to some addresses: A for the IPv4 ones, AAAA for the IPv6 ones, whichever there are.
     *
     * @throws IllegalArgumentException when one is not an address
     */
    public static List<DnsRecordSet> addresses(DnsName name, Duration ttl, Collection<String> addresses) {
        List<String> v4 = addresses.stream().filter(a -> !IpAddress.isV6(a)).toList();
        List<String> v6 = addresses.stream().filter(IpAddress::isV6).toList();
        if (v6.isEmpty()) {
            return List.of(new DnsRecordSet(name, RecordType.A, ttl, v4));
        }
        DnsRecordSet aaaa = new DnsRecordSet(name, RecordType.AAAA, ttl, v6);
        return v4.isEmpty() ? List.of(aaaa) : List.of(new DnsRecordSet(name, RecordType.A, ttl, v4), aaaa);
    }

    /** The same with another time to live. */
    public DnsRecordSet withTtl(Duration ttl) {
        return new DnsRecordSet(name, type, ttl, values);
    }

    /** As in a zone file: {@code platform.example.com 60 A 192.0.2.1 192.0.2.2}. */
    @Override
    public String toString() {
        return name + " " + ttl.toSeconds() + " " + type + " " + String.join(" ", values);
    }
}
