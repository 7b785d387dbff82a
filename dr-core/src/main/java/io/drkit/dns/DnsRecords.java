package io.drkit.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where some names lead: for each of them all its A, AAAA and CNAME record sets, and those only. That a name has an empty list says that there
 * are none; a name that is not in here is not spoken of.
 *
 * @param sets by name, in order of names, each list in order of types
 */
public record DnsRecords(SortedMap<DnsName, List<DnsRecordSet>> sets) {

    /** @throws IllegalArgumentException when a name has a type twice, or a CNAME beside something else */
    public DnsRecords {
        SortedMap<DnsName, List<DnsRecordSet>> sorted = new TreeMap<>();
        sets.forEach((name, list) -> sorted.put(name, checked(name, list)));
        sets = Collections.unmodifiableSortedMap(sorted);
    }

    private static List<DnsRecordSet> checked(DnsName name, List<DnsRecordSet> list) {
        Set<RecordType> types = list.stream().map(DnsRecordSet::type).collect(Collectors.toSet());
        if (types.size() < list.size() || (types.contains(RecordType.CNAME) && list.size() > 1)) {
            throw new IllegalArgumentException(
                    name + " may have one record set of a type, and nothing beside a CNAME, but has " + list + ".");
        }
        if (list.stream().anyMatch(set -> !set.name().equals(name))) {
            throw new IllegalArgumentException("Not all of these record sets are of " + name + ": " + list + ".");
        }
        return list.stream().sorted(Comparator.comparing(DnsRecordSet::type)).toList();
    }

    /** The names of some record sets, each with all that is given of it. */
    public static DnsRecords of(Collection<DnsRecordSet> sets) {
        SortedMap<DnsName, List<DnsRecordSet>> byName = new TreeMap<>();
        sets.forEach(set ->
                byName.computeIfAbsent(set.name(), name -> new ArrayList<>()).add(set));
        return new DnsRecords(byName);
    }

    /** As {@link #of(Collection)}. */
    public static DnsRecords of(DnsRecordSet... sets) {
        return of(List.of(sets));
    }

    /** Names that lead nowhere: what is there before they are created, or after they are deleted. */
    public static DnsRecords none(Collection<DnsName> names) {
        SortedMap<DnsName, List<DnsRecordSet>> byName = new TreeMap<>();
        names.forEach(name -> byName.put(name, List.of()));
        return new DnsRecords(byName);
    }

    /**
     * Names that all lead to the same addresses, IPv4, IPv6 or both.
     *
     * @throws IllegalArgumentException when one is not an address, or there is none
     */
    public static DnsRecords pointing(Collection<DnsName> names, Duration ttl, Collection<String> addresses) {
        return of(names.stream()
                .flatMap(name -> DnsRecordSet.addresses(name, ttl, addresses).stream())
                .toList());
    }

    public Set<DnsName> names() {
        return sets.keySet();
    }

    /** The record sets of one name; empty also when it is not in here. */
    public List<DnsRecordSet> at(DnsName name) {
        return sets.getOrDefault(name, List.of());
    }

    public Optional<DnsRecordSet> at(DnsName name, RecordType type) {
        return at(name).stream().filter(set -> set.type() == type).findFirst();
    }

    /** These names only; one that is not in here gets an empty list. */
    public DnsRecords only(Collection<DnsName> names) {
        SortedMap<DnsName, List<DnsRecordSet>> chosen = new TreeMap<>();
        names.forEach(name -> chosen.put(name, at(name)));
        return new DnsRecords(chosen);
    }

    /** The same with each record set changed by {@code change}, which keeps its name. */
    public DnsRecords map(UnaryOperator<DnsRecordSet> change) {
        SortedMap<DnsName, List<DnsRecordSet>> changed = new TreeMap<>();
        sets.forEach((name, list) -> changed.put(name, list.stream().map(change).toList()));
        return new DnsRecords(changed);
    }

    /** The same with one time to live everywhere. */
    public DnsRecords withTtl(Duration ttl) {
        return map(set -> set.withTtl(ttl));
    }

    /** The longest time to live in here; zero if there are no records. */
    public Duration longestTtl() {
        return sets.values().stream()
                .flatMap(List::stream)
                .map(DnsRecordSet::ttl)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** Whether a name leads to the same values here and there, whatever the times to live. */
    public boolean leadsLike(DnsRecords other, DnsName name) {
        return values(name).equals(other.values(name));
    }

    /** Whether both have the same names, leading to the same values, whatever the times to live. */
    public boolean leadsLike(DnsRecords other) {
        return names().equals(other.names()) && names().stream().allMatch(name -> leadsLike(other, name));
    }

    private Map<RecordType, List<String>> values(DnsName name) {
        return at(name).stream().collect(Collectors.toMap(DnsRecordSet::type, DnsRecordSet::values));
    }

    /** What a name has, for a message: {@code A 192.0.2.1, AAAA 2001:db8::1}, or {@code nothing}. */
    public String describe(DnsName name) {
        return at(name).isEmpty()
                ? "nothing"
                : at(name).stream()
                        .map(set -> set.type() + " " + String.join(" ", set.values()))
                        .collect(Collectors.joining(", "));
    }

    /** Lines as in a zone file. */
    @Override
    public String toString() {
        return sets.entrySet().stream()
                .flatMap(entry -> entry.getValue().isEmpty()
                        ? Stream.of(entry.getKey() + " nothing")
                        : entry.getValue().stream().map(DnsRecordSet::toString))
                .collect(Collectors.joining("\n"));
    }
}
