package io.drkit.kubernetes.coredns;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.kubernetes.coredns.Answering.Found;
import io.drkit.kubernetes.coredns.Corefile.Directive;
import io.drkit.kubernetes.coredns.Corefile.Server;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The records of the {@code file} plugin (coredns.io/plugins/file): zone files that are keys of the same ConfigMap as the Corefile. It looks at a zone
 * file once a minute, unless its {@code reload} says otherwise, and reads it again when the serial differs.
 *
 * @param key the Corefile's
 */
record ZoneRecords(Answering answering, String key) implements Records {

    /**
     * @param key of the ConfigMap
     */
    private record Place(Found found, String key, String where) {}

    @Override
    public DnsRecords read(Collection<DnsName> names) {
        SortedMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>();
        names.forEach(name -> sets.put(name, edit(place(name)).at(name)));
        return new DnsRecords(sets);
    }

    @Override
    public Map<String, String> changed(Collection<DnsName> names, DnsRecords after) {
        Map<String, ZoneEdit> edits = new LinkedHashMap<>();
        for (DnsName name : names) {
            Place place = place(name);
            edits.computeIfAbsent(place.key, k -> edit(place)).lead(name, after.at(name));
        }
        Map<String, String> changed = new LinkedHashMap<>();
        edits.forEach((zoneFile, edit) -> changed.put(zoneFile, edit.finish()));
        return changed;
    }

    @Override
    public SortedMap<DnsName, Long> serials(Collection<DnsName> names) {
        SortedMap<DnsName, Long> serials = new TreeMap<>();
        for (DnsName name : names) {
            Place place = place(name);
            serials.put(new DnsName(place.found.zone()), edit(place).serial());
        }
        return serials;
    }

    private ZoneEdit edit(Place place) {
        String text = answering.data().getOrDefault(place.key, "");
        return new ZoneEdit(ZoneFile.parse(text, place.found.zone(), place.where), place.where);
    }

    private Place place(DnsName name) {
        Found found = answering.find("file", name);
        List<String> zones = new ArrayList<>(Answering.zones(found.server(), found.directive()));
        if (found.directive().arguments().isEmpty()
                || zones.stream().distinct().count() > 1
                || found.zone().isEmpty()) {
            throw new UnsafeToProceedException("The 'file' in line "
                    + found.directive().name().line() + " of " + answering.where()
                    + " is not of one zone, and was left as it is: give " + name + " a zone file of its own.");
        }
        String path = found.directive().arguments().get(0).text();
        String zoneFile = answering
                .key(found.server(), path)
                .orElseThrow(() -> new UnsafeToProceedException("The zone file " + path + " is no key of "
                        + answering.where() + " under " + answering.mount()
                        + ", so " + name + " was left as it is: name the folder that the ConfigMap is mounted at."));
        requireOwn(zoneFile, found, name);
        requireNotHidden(name);
        return new Place(found, zoneFile, zoneFile + " of " + answering.where());
    }

    /** A zone file that another zone has too says the same of both, so that names would move that nobody named. */
    private void requireOwn(String zoneFile, Found found, DnsName name) {
        for (Server server : answering.corefile().servers()) {
            for (Directive other : server.named("file")) {
                boolean same = other.arguments().stream()
                        .limit(1)
                        .anyMatch(path -> answering
                                .key(server, path.text())
                                .filter(zoneFile::equals)
                                .isPresent());
                if (same && !Set.of(found.zone()).containsAll(Answering.zones(server, other))) {
                    throw new UnsafeToProceedException("The zone file " + zoneFile + " of " + answering.where()
                            + " is of other zones too, by the 'file' in line "
                            + other.name().line()
                            + ", and was left as it is: give " + name + " a zone file of its own.");
                }
            }
        }
    }

    /** In a server block {@code hosts} is asked before {@code file} (coredns' plugin.cfg): what it holds nobody hears from the zone file. */
    private void requireNotHidden(DnsName name) {
        boolean hidden;
        try {
            hidden = !name.isWildcard()
                    && !new HostsRecords(answering, key)
                            .read(List.of(name))
                            .at(name)
                            .isEmpty();
        } catch (IllegalArgumentException | UnsafeToProceedException e) {
            // There is no such hosts entry that is in sight.
            hidden = false;
        }
        if (hidden) {
            throw new UnsafeToProceedException(name + " stands in a 'hosts' of " + answering.where()
                    + " too, which is asked first, and was left so: take it out there, or choose 'hosts'.");
        }
    }

    @Override
    public Optional<String> notReadAgain(Collection<DnsName> names, Collection<String> keys) {
        boolean off = names.stream()
                .anyMatch(name -> Answering.property(place(name).found.directive(), "reload")
                        .filter(Answering::isZero)
                        .isPresent());
        return !keys.isEmpty() && off ? Optional.of("the 'reload' of its 'file' is zero") : Optional.empty();
    }
}
