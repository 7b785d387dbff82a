package io.drkit.dns.rfc2136;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/** Between DrKit's values and dnsjava's. */
final class Wire {

    private Wire() {}

    static Name name(DnsName name) {
        try {
            return Name.fromString(name.ascii() + ".");
        } catch (TextParseException e) {
            throw new IllegalArgumentException("'" + name + "' is not a domain name.", e);
        }
    }

    private static int number(RecordType type) {
        return switch (type) {
            case A -> Type.A;
            case AAAA -> Type.AAAA;
            case CNAME -> Type.CNAME;
        };
    }

    static DnsName name(Name name) {
        return new DnsName(name.toString(true).toLowerCase(Locale.ROOT));
    }

    /** The record sets of one name in an answer; what else is in there, such as what a CNAME leads to, is not of it. */
    static List<DnsRecordSet> sets(DnsName name, Collection<Record> answer) {
        Map<RecordType, List<String>> values = new LinkedHashMap<>();
        Map<RecordType, Long> ttls = new LinkedHashMap<>();
        for (Record record : answer) {
            for (RecordType type : RecordType.values()) {
                if (record.getType() == number(type) && record.getName().equals(name(name))) {
                    values.computeIfAbsent(type, t -> new ArrayList<>()).add(value(record));
                    ttls.merge(type, record.getTTL(), Math::min);
                }
            }
        }
        List<DnsRecordSet> sets = new ArrayList<>();
        values.forEach((type, list) ->
                sets.add(new DnsRecordSet(name, type, Duration.ofSeconds(ttls.getOrDefault(type, 0L)), list)));
        return sets;
    }

    private static String value(Record record) {
        return record instanceof CNAMERecord alias ? alias.getTarget().toString(true) : record.rdataToString();
    }

    private static List<Record> records(DnsRecordSet set, long ttl) {
        Name name = name(set.name());
        return set.values().stream()
                .<Record>map(value -> switch (set.type()) {
                    case A -> new ARecord(name, DClass.IN, ttl, address(value));
                    case AAAA -> new AAAARecord(name, DClass.IN, ttl, address(value));
                    case CNAME -> new CNAMERecord(name, DClass.IN, ttl, name(new DnsName(value)));
                })
                .toList();
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("not an address: " + literal, e);
        }
    }

    /** An update that does nothing unless each name has exactly these A, AAAA and CNAME records, whatever their times to live: zero in a condition (RFC 2136, section 2.4.2). */
    static Update guarded(DnsName zone, DnsRecords exactly) {
        Update update = new Update(name(zone));
        exactly.sets().forEach((name, sets) -> {
            for (RecordType type : RecordType.values()) {
                exactly.at(name, type)
                        .ifPresentOrElse(
                                set -> records(set, 0).forEach(update::present),
                                () -> update.absent(name(name), number(type)));
            }
        });
        return update;
    }

    /** Adds to an update what leads a name from one to the other. */
    static void change(Update update, DnsName name, DnsRecords from, DnsRecords to) {
        if (from.at(name).isEmpty() && to.at(name, RecordType.CNAME).isPresent()) {
            // Beside records of any type, a text say, the server would drop the alias and do the rest.
            update.absent(name(name));
        }
        for (RecordType type : RecordType.values()) {
            if (!from.at(name, type).equals(to.at(name, type))) {
                update.delete(name(name), number(type));
                to.at(name, type)
                        .ifPresent(set -> records(set, set.ttl().toSeconds()).forEach(update::add));
            }
        }
    }
}
