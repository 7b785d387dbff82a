package io.drkit.kubernetes.coredns;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.coredns.Answering.Found;
import io.drkit.kubernetes.coredns.Corefile.Directive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The records of the {@code hosts} plugin (coredns.io/plugins/hosts): entries within the Corefile, and those of a hosts file that is a key of the same
 * ConfigMap. It tells both. Without {@code ttl} it says 3600 s.
 *
 * @param key the Corefile's
 */
record HostsRecords(Answering answering, String key) implements Records {

    private static final long USUAL_TTL = 3600;

    /** Where the entries of one directive stand, by the key of the ConfigMap. */
    private record Places(Found found, Map<String, HostsText> texts) {}

    @Override
    public DnsRecords read(Collection<DnsName> names) {
        SortedMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>();
        for (DnsName name : names) {
            Places places = places(name);
            List<String> addresses = places.texts.values().stream()
                    .flatMap(text -> text.addresses(name.ascii()).stream())
                    .toList();
            sets.put(
                    name, addresses.isEmpty() ? List.of() : DnsRecordSet.addresses(name, ttl(places.found), addresses));
        }
        return new DnsRecords(sets);
    }

    @Override
    public Map<String, String> changed(Collection<DnsName> names, DnsRecords after) {
        Map<String, Map<String, List<String>>> wanted = new LinkedHashMap<>();
        Map<String, String> now = new LinkedHashMap<>(answering.data());
        // One directive after the other, each on the text as the one before left it: their places in it move.
        List<DnsName> left = new ArrayList<>(names);
        while (!left.isEmpty()) {
            HostsRecords current = new HostsRecords(
                    new Answering(
                            Corefile.parse(now.getOrDefault(key, ""), answering.where()),
                            now,
                            answering.where(),
                            answering.mount()),
                    key);
            Places places = current.places(left.get(0));
            List<DnsName> together = left.stream()
                    .filter(name -> current.places(name).found.directive().equals(places.found.directive()))
                    .toList();
            wanted.clear();
            together.forEach(name -> wanted.computeIfAbsent(current.place(places, name), k -> new LinkedHashMap<>())
                    .put(name.ascii(), addresses(after, name)));
            wanted.forEach((place, ofPlace) -> {
                HostsText text = places.texts.get(place);
                now.put(place, text == null ? now.getOrDefault(place, "") : text.with(ofPlace));
            });
            left.removeAll(together);
        }
        now.entrySet()
                .removeIf(entry -> entry.getValue().equals(answering.data().get(entry.getKey())));
        return now;
    }

    private static List<String> addresses(DnsRecords after, DnsName name) {
        return after.at(name).stream().flatMap(set -> set.values().stream()).toList();
    }

    /** The key in which a name is to be edited: where it is, or where a new one goes. */
    private String place(Places places, DnsName name) {
        List<String> holding = places.texts.entrySet().stream()
                .filter(entry -> entry.getValue().has(name.ascii()))
                .map(Map.Entry::getKey)
                .toList();
        if (holding.size() > 1) {
            throw new UnsafeToProceedException(name + " stands both in the Corefile and in the hosts file of "
                    + answering.where() + ", and was left so: take it out of one of them.");
        }
        if (!holding.isEmpty()) {
            return holding.get(0);
        }
        if (places.texts.isEmpty()) {
            throw new UnsafeToProceedException("The 'hosts' in line "
                    + places.found.directive().name().line() + " of " + answering.where()
                    + " has no braces that " + name + " could be put between: add them by hand.");
        }
        HostsText inline = places.texts.get(key);
        return inline == null || (inline.entries().isEmpty() && places.texts.size() > 1)
                ? places.texts.keySet().stream()
                        .filter(other -> !other.equals(key))
                        .findFirst()
                        .orElse(key)
                : key;
    }

    private Places places(DnsName name) {
        if (name.isWildcard()) {
            throw new IllegalArgumentException(
                    name + " cannot be held by 'hosts', of which most versions know no wildcards: use 'file'.");
        }
        Found found = answering.find("hosts", name);
        Directive hosts = found.directive();
        Map<String, HostsText> texts = new LinkedHashMap<>();
        if (hosts.bodyStart() >= 0) {
            texts.put(key, inline(hosts));
        }
        if (!hosts.arguments().isEmpty()) {
            String path = hosts.arguments().get(0).text();
            String file = answering
                    .key(found.server(), path)
                    .orElseThrow(
                            () -> new UnsafeToProceedException(
                                    "The hosts file " + path + " is no key of " + answering.where() + " under "
                                            + answering.mount() + ", so what it holds of " + name
                                            + " is not known: nothing was changed. Name the folder that the ConfigMap is mounted at."));
            texts.put(
                    file,
                    HostsText.ofFile(
                            answering.data().getOrDefault(file, ""),
                            file + " of " + answering.where(),
                            HostsRecords::canonical));
        }
        if (texts.values().stream()
                .anyMatch(text -> text.addresses(name.ascii()).contains(""))) {
            throw new UnsafeToProceedException(answering.where() + " was left as it is: an entry of " + name
                    + " in it has no plain address. Correct it by hand.");
        }
        return new Places(found, texts);
    }

    private HostsText inline(Directive hosts) {
        List<HostsText.Entry> entries = new ArrayList<>();
        hosts.body().forEach(line -> entries.addAll(HostsText.entry(line, HostsRecords::canonical)));
        String text = answering.data().getOrDefault(key, "");
        String outer = Edits.indent(text, Edits.lineStart(text, hosts.name().start()));
        String indent = hosts.body().isEmpty()
                ? outer + "   "
                : Edits.indent(
                        text, Edits.lineStart(text, hosts.body().get(0).get(0).start()));
        return new HostsText(text, entries, hosts.bodyStart(), indent);
    }

    private static String canonical(String address) {
        RecordType type = address.indexOf(':') >= 0 ? RecordType.AAAA : RecordType.A;
        try {
            return DnsRecordSet.of(new DnsName("name"), type, Duration.ZERO, address)
                    .values()
                    .get(0);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private Duration ttl(Found found) {
        String ttl = Answering.property(found.directive(), "ttl").orElse(String.valueOf(USUAL_TTL));
        try {
            return Duration.ofSeconds(Long.parseLong(ttl));
        } catch (NumberFormatException e) {
            throw new UnsafeToProceedException(
                    answering.where() + " has a ttl of '" + ttl + "' in its 'hosts', which is no number: correct it.");
        }
    }

    @Override
    public SortedMap<DnsName, Long> serials(Collection<DnsName> names) {
        return Collections.emptySortedMap();
    }

    @Override
    public Optional<String> notReadAgain(Collection<DnsName> names, Collection<String> keys) {
        if (keys.contains(key) && !answering.reloads()) {
            return Optional.of("its Corefile has no 'reload'");
        }
        boolean fileOnly = keys.stream().anyMatch(changed -> !changed.equals(key));
        boolean off = names.stream()
                .anyMatch(name -> Answering.property(places(name).found.directive(), "reload")
                        .filter(Answering::isZero)
                        .isPresent());
        return fileOnly && off ? Optional.of("the 'reload' of its 'hosts' is zero") : Optional.empty();
    }
}
