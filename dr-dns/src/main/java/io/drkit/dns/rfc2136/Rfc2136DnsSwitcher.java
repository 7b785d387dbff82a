package io.drkit.dns.rfc2136;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsCapabilities;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Update;

/**
 * Switches names by dynamic updates (RFC 2136) at the primary of their zones, signed with a shared key (TSIG). One update a zone, all or nothing,
 * on the condition that each name has exactly the records it had before (RFC 2136, section 2.4): what somebody else changed is not overwritten. Zones
 * are found by asking. Everything goes by TCP, one connection an exchange, and a reply counts only with a right signature.
 *
 * <p>A name below a wildcard answers like a record of its own. To tell, {@link #read} sends an update that has conditions and no change; so a key that
 * may not update is refused there already.
 *
 * <p>Thread-safe; holds no connection.
 */
public final class Rfc2136DnsSwitcher implements DnsSwitcher {

    private static final Logger LOG = LoggerFactory.getLogger(Rfc2136DnsSwitcher.class);
    private static final int ATTEMPTS = 3;
    private static final DnsCapabilities CAPABILITIES =
            new DnsCapabilities(true, true, Set.of(RecordType.values()), true, true);

    private final String where;
    private final SignedExchange server;
    private final ZoneReader reader;

    /**
     * Connects to nothing yet.
     *
     * @throws IllegalArgumentException when the secret is not Base64
     */
    public Rfc2136DnsSwitcher(Rfc2136Connection connection) {
        this.where = connection.name();
        this.server = new SignedExchange(connection);
        this.reader = new ZoneReader(server, where);
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
        return reader.read(reader.zones(names));
    }

    @Override
    public DnsChange apply(DnsChange change) {
        SortedMap<DnsName, Set<DnsName>> zones = reader.zones(change.after().names());
        DnsRecords now = reader.read(zones);
        // All names of all zones, before anything is written.
        Set<DnsName> remaining = change.remaining(now, true, where);
        List<DnsName> changed = new ArrayList<>();
        for (Map.Entry<DnsName, Set<DnsName>> zone : zones.entrySet()) {
            Set<DnsName> todo = new LinkedHashSet<>(zone.getValue());
            todo.retainAll(remaining);
            if (!todo.isEmpty()) {
                try {
                    update(zone.getKey(), change, now, todo);
                } catch (DrException e) {
                    throw changed.isEmpty() ? e : new OutcomeUnknownException(partly(changed, zone.getKey(), e), e);
                }
                changed.add(zone.getKey());
            }
        }
        SortedMap<DnsName, Long> serials = new TreeMap<>();
        zones.keySet().forEach(zone -> serials.put(zone, reader.serial(zone)));
        return change.with(serials);
    }

    private static String partly(List<DnsName> changed, DnsName zone, DrException failure) {
        return "Zone " + changed + " was changed, zone " + zone + " and those after it were not: "
                + failure.getMessage() + " Do the same again to go on, or undo it.";
    }

    /** Changes some names of one zone, or none. */
    private void update(DnsName zone, DnsChange change, DnsRecords read, Set<DnsName> names) {
        DnsRecords now = read;
        Set<DnsName> todo = names;
        String problem = "";
        boolean lost = false;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Update update = Wire.guarded(zone, now.only(todo));
            for (DnsName name : todo) {
                Wire.change(update, name, now, change.after());
            }
            try {
                lost = false;
                Message reply = server.send(update);
                problem = Rcode.string(reply.getRcode());
                if (reply.getRcode() == Rcode.NOERROR) {
                    readBack(zone, change, names);
                    return;
                }
                if (!Refusals.isCondition(reply.getRcode())) {
                    throw new SiteUnreachableException(Refusals.sentence(where, reply.getRcode()));
                }
            } catch (LostReplyException e) {
                problem = e.reason();
                lost = true;
            }
            LOG.info(
                    "The update of zone {} at {} came to nothing or its reply was lost ({}): looking",
                    zone,
                    where,
                    problem);
            now = look(zone, names, problem, lost);
            todo = ofZone(change, names).remaining(now, true, where);
            if (todo.isEmpty()) {
                return;
            }
        }
        if (lost) {
            throw new OutcomeUnknownException(
                    "Zone " + zone
                            + " is as it was before, but a change was sent and may yet be done, for the name server "
                            + where + " " + problem + ". Look at the way to the server, and do the same again.",
                    null);
        }
        throw new UnsafeToProceedException("The name server " + where + " did not take the change of zone " + zone
                + " (" + problem + "), though it holds what was there before. Nothing was changed. Look at its log.");
    }

    private DnsRecords look(DnsName zone, Set<DnsName> names, String problem, boolean lost) {
        try {
            return reader.read(zone, names);
        } catch (DrException e) {
            if (!lost) {
                throw e;
            }
            throw new OutcomeUnknownException(
                    "Zone " + zone + " may have been changed or not, for the name server " + where + " " + problem
                            + ", and could not be asked afterwards. Do the same again when it answers: it goes on where it stands.",
                    e);
        }
    }

    private void readBack(DnsName zone, DnsChange change, Set<DnsName> names) {
        DnsRecords now;
        try {
            now = reader.read(zone, names);
        } catch (SiteUnreachableException e) {
            throw new OutcomeUnknownException(
                    "The name server " + where + " took the change of zone " + zone
                            + ", but could not be read back. Do the same again when it answers: it then looks whether all is there.",
                    e);
        }
        ofZone(change, names).requireDone(now, true, where);
        LOG.info("Changed {} names of zone {} at {}", names.size(), zone, where);
    }

    private static DnsChange ofZone(DnsChange change, Set<DnsName> names) {
        return DnsChange.of(change.before().only(names), change.after().only(names));
    }

    /** Nothing is open. */
    @Override
    public void close() {}
}
