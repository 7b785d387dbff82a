package io.drkit.dns.powerdns;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.dns.DnsCapabilities;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches names by the HTTP API of a PowerDNS. One PATCH a zone, all or nothing. The API knows no conditions: the zone is read, compared and written,
 * and <b>a window of one exchange remains in which somebody else's change is overwritten</b>; {@link #capabilities} says so. For the same reason
 * a PATCH whose reply was lost is repeated only after a look.
 *
 * <p>Records that are disabled in PowerDNS are not told to anybody, do not count, and stay. Thread-safe.
 */
public final class PowerDnsSwitcher implements DnsSwitcher {

    private static final Logger LOG = LoggerFactory.getLogger(PowerDnsSwitcher.class);
    private static final int ATTEMPTS = 3;
    private static final DnsCapabilities CAPABILITIES =
            new DnsCapabilities(true, false, Set.of(RecordType.values()), true, true);

    private final String where;
    private final PowerDnsApi api;

    /** Connects to nothing yet. */
    public PowerDnsSwitcher(PowerDnsConnection connection) {
        this.where = connection.name();
        this.api = new PowerDnsApi(connection);
    }

    @Override
    public String name() {
        return where;
    }

    @Override
    public DnsCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public DnsRecords read(Collection<DnsName> names) {
        SortedMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>();
        zones(names)
                .forEach((id, ofZone) -> sets.putAll(records(zone(id), ofZone).sets()));
        return new DnsRecords(sets);
    }

    @Override
    public DnsChange apply(DnsChange change) {
        SortedMap<String, Set<DnsName>> zones = zones(change.after().names());
        // All names of all zones, before anything is written.
        for (Map.Entry<String, Set<DnsName>> zone : zones.entrySet()) {
            remaining(change, zone(zone.getKey()), zone.getValue());
        }
        SortedMap<DnsName, Long> serials = new TreeMap<>();
        List<DnsName> changed = new ArrayList<>();
        for (Map.Entry<String, Set<DnsName>> zone : zones.entrySet()) {
            try {
                Zone now = update(zone.getKey(), ofZone(change, zone.getValue()), changed);
                serials.put(now.name, now.serial());
            } catch (DrException e) {
                throw changed.isEmpty()
                        ? e
                        : new OutcomeUnknownException(
                                "Zone " + changed + " was changed, zone " + zone.getKey()
                                        + " and those after it were not: " + e.getMessage()
                                        + " Do the same again to go on, or undo it.",
                                e);
            }
        }
        return change.with(serials);
    }

    /** Changes the names of one zone, or none; returns the zone as read back. */
    private Zone update(String id, DnsChange change, List<DnsName> changed) {
        Set<DnsName> names = change.after().names();
        Zone now = zone(id);
        Set<DnsName> todo = remaining(change, now, names);
        if (todo.isEmpty()) {
            return now;
        }
        String problem = "";
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                api.patch("zones/" + id, patch(change, now, todo));
            } catch (LostReplyException e) {
                problem = e.reason();
                LOG.info("The reply to a change of zone {} at {} was lost ({}): looking", id, where, problem);
                now = look(id, problem);
                todo = remaining(change, now, names);
                if (todo.isEmpty()) {
                    changed.add(now.name);
                    return now;
                }
                continue;
            }
            now = readBack(id);
            change.requireDone(records(now, names), true, where);
            LOG.info("Changed {} names of zone {} at {}", todo.size(), id, where);
            changed.add(now.name);
            return now;
        }
        throw new OutcomeUnknownException(
                "Zone " + id + " is as it was before, but a change was sent and may yet be done, for PowerDNS at "
                        + where + " " + problem + ". Look at its log, and do the same again.",
                null);
    }

    private static JsonNode patch(DnsChange change, Zone now, Set<DnsName> todo) {
        ObjectNode patch = PowerDnsApi.JSON.createObjectNode();
        DnsRecords from = records(now, todo);
        todo.forEach(name -> now.change(patch.withArray("rrsets"), name, from, change.after()));
        return patch;
    }

    private Zone look(String id, String problem) {
        try {
            return zone(id);
        } catch (SiteUnreachableException e) {
            throw new OutcomeUnknownException(
                    "Zone " + id + " may have been changed or not, for PowerDNS at " + where + " " + problem
                            + ", and could not be asked afterwards. Do the same again when it answers: it goes on where it stands.",
                    e);
        }
    }

    private Zone readBack(String id) {
        try {
            return zone(id);
        } catch (SiteUnreachableException e) {
            throw new OutcomeUnknownException(
                    "PowerDNS at " + where + " took the change of zone " + id
                            + ", but could not be read back. Do the same again when it answers: it then looks whether all is there.",
                    e);
        }
    }

    private Set<DnsName> remaining(DnsChange change, Zone zone, Set<DnsName> names) {
        return ofZone(change, names).remaining(records(zone, names), true, where);
    }

    private static DnsChange ofZone(DnsChange change, Set<DnsName> names) {
        return DnsChange.of(change.before().only(names), change.after().only(names));
    }

    private static DnsRecords records(Zone zone, Set<DnsName> names) {
        SortedMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>();
        names.forEach(name -> sets.put(name, zone.at(name)));
        return new DnsRecords(sets);
    }

    /** The names, by the id of the zone that each is in. */
    private SortedMap<String, Set<DnsName>> zones(Collection<DnsName> names) {
        SortedMap<String, Set<DnsName>> zones = new TreeMap<>();
        SortedMap<DnsName, Optional<Zone>> known = new TreeMap<>();
        for (DnsName name : names) {
            zones.computeIfAbsent(find(name, known).id, id -> new LinkedHashSet<>())
                    .add(name);
        }
        return zones;
    }

    /** The zone that a name is in: the longest there is. */
    private Zone find(DnsName name, SortedMap<DnsName, Optional<Zone>> known) {
        String rest = name.isWildcard() ? name.ascii().substring(2) : name.ascii();
        while (!rest.isEmpty()) {
            Optional<Zone> zone = known.computeIfAbsent(new DnsName(rest), this::named);
            if (zone.isPresent()) {
                if (zone.get().isSecondary()) {
                    throw new IllegalArgumentException("Zone " + rest + " at " + where
                            + " is a copy of another server's: name the zone's primary as the server.");
                }
                return zone.get();
            }
            rest = rest.indexOf('.') < 0 ? "" : rest.substring(rest.indexOf('.') + 1);
        }
        throw new IllegalArgumentException(where + " has no zone that " + name + " is in.");
    }

    private Optional<Zone> named(DnsName zone) {
        for (JsonNode found : api.get("zones?dnssec=false&zone=" + zone + ".")) {
            if (found.path("name").asText().equalsIgnoreCase(zone + ".")) {
                return Optional.of(new Zone(found));
            }
        }
        return Optional.empty();
    }

    private Zone zone(String id) {
        return new Zone(api.get("zones/" + id));
    }

    /** Nothing is open that was not handed in. */
    @Override
    public void close() {}
}
