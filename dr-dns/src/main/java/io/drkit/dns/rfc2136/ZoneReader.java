package io.drkit.dns.rfc2136;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/** Reads at the primary: in which zone a name is, which records it has, and that these are its own and not a wildcard's. */
final class ZoneReader {

    private static final int ATTEMPTS = 3;

    private final SignedExchange server;
    private final String where;

    ZoneReader(SignedExchange server, String where) {
        this.server = server;
        this.where = where;
    }

    /** The names, by the zone that each is in. */
    SortedMap<DnsName, Set<DnsName>> zones(Collection<DnsName> names) {
        SortedMap<DnsName, Set<DnsName>> zones = new TreeMap<>();
        for (DnsName name : new LinkedHashSet<>(names)) {
            zones.computeIfAbsent(zone(name), zone -> new LinkedHashSet<>()).add(name);
        }
        return zones;
    }

    private DnsName zone(DnsName name) {
        for (Name at = Wire.name(name); at.labels() > 1; at = new Name(at, 1)) {
            Optional<SOARecord> soa = soa(at);
            if (soa.isPresent()) {
                return Wire.name(soa.get().getName());
            }
            // An alias or a delegation answers otherwise: one label up.
        }
        throw new IllegalArgumentException(where + " has no zone that " + name + " is in.");
    }

    /** The SOA of the zone that a name is in, if the server has authority there and says so. */
    private Optional<SOARecord> soa(Name name) {
        Message reply = ask(name, Type.SOA);
        if (!reply.getHeader().getFlag(Flags.AA)) {
            return Optional.empty();
        }
        List<Record> records = new ArrayList<>(reply.getSection(Section.ANSWER));
        records.addAll(reply.getSection(Section.AUTHORITY));
        return records.stream()
                .filter(SOARecord.class::isInstance)
                .map(SOARecord.class::cast)
                .filter(soa -> name.subdomain(soa.getName()))
                .findFirst();
    }

    long serial(DnsName zone) {
        return soa(Wire.name(zone))
                .map(SOARecord::getSerial)
                .orElseThrow(() -> new SiteUnreachableException(where + " does not have zone " + zone + " any more."));
    }

    /** All records of the names of one zone, at these names themselves. */
    DnsRecords read(DnsName zone, Collection<DnsName> names) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            DnsRecords read = told(names);
            // A wildcard's own name, and one without records, cannot have them from a wildcard.
            Predicate<DnsName> doubtful =
                    name -> !name.isWildcard() && !read.at(name).isEmpty();
            List<DnsName> doubted = names.stream().filter(doubtful).toList();
            if (doubted.isEmpty() || holds(Wire.guarded(zone, read.only(doubted)))) {
                return read;
            }
            Set<DnsName> synthesised = new LinkedHashSet<>();
            boolean moved = false;
            for (DnsName name : doubted) {
                if (!holds(Wire.guarded(zone, read.only(List.of(name))))) {
                    Update unused = new Update(Wire.name(zone));
                    unused.absent(Wire.name(name));
                    moved |= !(holds(unused) && synthesised.add(name));
                }
            }
            if (!moved) {
                SortedMap<DnsName, List<DnsRecordSet>> own = new TreeMap<>(read.sets());
                synthesised.forEach(name -> own.put(name, List.of()));
                return new DnsRecords(own);
            }
        }
        throw new UnsafeToProceedException("The names " + names + " at " + where
                + " change while they are read; nothing was changed. Find out who else is changing them.");
    }

    private DnsRecords told(Collection<DnsName> names) {
        SortedMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>();
        for (DnsName name : names) {
            // An alias is in the answer to either.
            Set<Record> answer = new LinkedHashSet<>(answer(name, Type.A));
            answer.addAll(answer(name, Type.AAAA));
            sets.put(name, Wire.sets(name, answer));
        }
        return new DnsRecords(sets);
    }

    /** The records with which the server answers, with authority: anything else would look as if there were none. */
    private List<Record> answer(DnsName name, int type) {
        Message reply = ask(Wire.name(name), type);
        if (reply.getRcode() == Rcode.REFUSED) {
            throw new SiteUnreachableException(where + " refused to tell of " + name
                    + ": let the key query the zone (allow-query in BIND). Nothing was changed.");
        }
        if (!reply.getHeader().getFlag(Flags.AA)) {
            throw new IllegalArgumentException(where + " has delegated " + name
                    + " to other name servers: name the primary among them as the server.");
        }
        return reply.getSection(Section.ANSWER);
    }

    private Message ask(Name name, int type) {
        Message reply = sent(() -> server.ask(name, type));
        if (reply.getRcode() != Rcode.NOERROR
                && reply.getRcode() != Rcode.NXDOMAIN
                && reply.getRcode() != Rcode.REFUSED) {
            throw new SiteUnreachableException(where + " answered " + Rcode.string(reply.getRcode())
                    + " when asked for " + name.toString(true) + ": look at its log. Nothing was changed.");
        }
        return reply;
    }

    /** Whether the conditions hold, in an update that has nothing else: the server is asked, and nothing is changed. */
    private boolean holds(Update conditions) {
        Message reply = sent(() -> server.send(conditions));
        if (Refusals.isCondition(reply.getRcode())) {
            return false;
        }
        if (reply.getRcode() != Rcode.NOERROR) {
            throw new SiteUnreachableException(Refusals.sentence(where, reply.getRcode()));
        }
        return true;
    }

    private interface Exchange {
        Message run() throws LostReplyException;
    }

    private Message sent(Exchange exchange) {
        try {
            return exchange.run();
        } catch (LostReplyException e) {
            throw new SiteUnreachableException(
                    "The name server " + where + " " + e.reason() + ". Nothing was changed.", e);
        }
    }

    /** The records by type at each name, of several zones together. */
    DnsRecords read(Map<DnsName, Set<DnsName>> zones) {
        SortedMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>();
        zones.forEach((zone, names) -> sets.putAll(read(zone, names).sets()));
        return new DnsRecords(sets);
    }
}
