package io.drkit.kubernetes.coredns;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.coredns.ZoneFile.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where names of a zone file lead, and changing that in place, with a higher serial: everything else stays to the byte. Not thread-safe. */
final class ZoneEdit {

    private static final long SERIALS = 1L << 32;
    /** Its place in the data of an SOA record. */
    private static final int SERIAL = 2;

    private static final Set<String> LEADING = Set.of("A", "AAAA", "CNAME");
    private static final Set<String> SIGNED = Set.of("RRSIG", "DNSKEY", "NSEC", "NSEC3", "NSEC3PARAM", "ZONEMD");

    private final ZoneFile file;
    private final String where;
    private final Edits edits;
    private final Set<Entry> gone = new LinkedHashSet<>();
    private final Map<DnsName, List<DnsRecordSet>> wanted = new LinkedHashMap<>();

    /** @param where the file, for messages */
    ZoneEdit(ZoneFile file, String where) {
        this.file = file;
        this.where = where;
        this.edits = new Edits(file.text());
    }

    long serial() {
        return Long.parseLong(serialWord().text());
    }

    private Word serialWord() {
        List<Entry> all =
                file.entries().stream().filter(e -> e.type().equals("SOA")).toList();
        boolean plain = all.size() == 1
                && all.get(0).owner().equals(file.origin())
                && all.get(0).data().size() == 7
                && all.get(0).data().get(SERIAL).text().matches("[0-9]{1,10}");
        if (!plain) {
            throw refused("it has not exactly one SOA record, of " + file.origin() + ", with a serial");
        }
        return all.get(0).data().get(SERIAL);
    }

    /** @throws IllegalArgumentException when the zone leaves the name to other servers */
    List<DnsRecordSet> at(DnsName name) {
        for (Entry entry : file.entries()) {
            boolean below = Word.isWithin(name.ascii(), entry.owner());
            boolean cut = entry.type().equals("NS") && !entry.owner().equals(file.origin());
            boolean renamed = entry.type().equals("DNAME") && !entry.owner().equals(name.ascii());
            if (below && (cut || renamed)) {
                throw new IllegalArgumentException("The zone file " + where + " has left " + name + " to others by its "
                        + entry.type() + " at " + entry.owner() + ": change it there.");
            }
        }
        List<DnsRecordSet> sets = new ArrayList<>();
        for (RecordType type : RecordType.values()) {
            List<Entry> entries = entries(name, type);
            if (entries.isEmpty()) {
                continue;
            }
            long ttl = entries.stream().mapToLong(Entry::ttl).min().orElse(-1);
            if (ttl < 0) {
                throw refused("neither " + name + " nor a $TTL before it says a time to live");
            }
            try {
                sets.add(new DnsRecordSet(
                        name,
                        type,
                        Duration.ofSeconds(ttl),
                        entries.stream().map(entry -> value(entry, type)).toList()));
            } catch (IllegalArgumentException e) {
                throw refused("the " + type + " of " + name + " is none");
            }
        }
        return sets;
    }

    private List<Entry> entries(DnsName name, RecordType type) {
        return file.entries().stream()
                .filter(entry ->
                        entry.owner().equals(name.ascii()) && entry.type().equals(type.name()))
                .toList();
    }

    private static String value(Entry entry, RecordType type) {
        String text = entry.data().get(0).text();
        return type == RecordType.CNAME
                ? ZoneFile.absolute(text, entry.origin())
                : DnsRecordSet.of(new DnsName("name"), type, Duration.ZERO, text)
                        .values()
                        .get(0);
    }

    /** Makes a name lead as these sets say, all three types of it. */
    void lead(DnsName name, List<DnsRecordSet> after) {
        if (file.leaning()) {
            throw refused("some records take their time to live from the one before them: give it a $TTL");
        }
        if (file.entries().stream().anyMatch(entry -> SIGNED.contains(entry.type()))) {
            throw refused("it is signed, and its signatures would be of what was there before");
        }
        wanted.put(name, after);
        at(name); // Refuses what is there and cannot be understood.
        boolean alias = after.stream().anyMatch(set -> set.type() == RecordType.CNAME);
        boolean others = file.entries().stream()
                .anyMatch(entry -> entry.owner().equals(name.ascii()) && !LEADING.contains(entry.type()));
        if (alias && others) {
            throw refused(name + " has other records, beside which no CNAME may be");
        }
        for (RecordType type : RecordType.values()) {
            Optional<DnsRecordSet> set =
                    after.stream().filter(s -> s.type() == type).findFirst();
            change(name, type, set.orElse(null));
        }
    }

    private void change(DnsName name, RecordType type, @Nullable DnsRecordSet after) {
        List<Entry> entries = entries(name, type);
        Set<String> missing = new LinkedHashSet<>(after == null ? List.of() : after.values());
        entries.forEach(entry -> missing.remove(value(entry, type)));
        long ttl = after == null ? 0 : after.ttl().toSeconds();
        Set<String> seen = new LinkedHashSet<>();
        for (Entry entry : entries) {
            if (!entry.oneLine() || entry.data().size() > 1) {
                throw refused("the " + type + " of " + name + " does not stand on one line");
            }
            String value = value(entry, type);
            if (after != null && after.values().contains(value) && seen.add(value)) {
                retime(entry, ttl);
            } else if (!missing.isEmpty()) {
                Iterator<String> next = missing.iterator();
                edits.replace(entry.data().get(0), written(type, next.next()));
                next.remove();
                retime(entry, ttl);
            } else {
                gone.add(entry);
            }
        }
        for (String value : missing) {
            String line = name + ". " + ttl + " IN " + type + " " + written(type, value);
            edits.insertLine(behind(name), line);
        }
    }

    private static String written(RecordType type, String value) {
        return type == RecordType.CNAME ? value + "." : value;
    }

    private void retime(Entry entry, long ttl) {
        if (entry.ttl() != ttl && entry.ttlWord() != null) {
            edits.replace(entry.ttlWord(), String.valueOf(ttl));
        } else if (entry.ttl() != ttl) {
            edits.insert(entry.first().start(), ttl + " ");
        }
    }

    /** Behind the last record of the name, so that those that take their owner from it still have the same; else the end of the file. */
    private int behind(DnsName name) {
        int at = file.text().length();
        for (Entry entry : file.entries()) {
            if (entry.owner().equals(name.ascii())) {
                at = entry.lineEnd();
            }
        }
        return at;
    }

    /** The new text, its serial raised by one (RFC 1982): CoreDNS reads a zone file again only when the serial differs. */
    String finish() {
        String heir = "";
        for (Entry entry : file.entries()) {
            if (entry.stated()) {
                heir = "";
            }
            if (gone.contains(entry)) {
                heir = entry.stated() ? entry.owner() : heir;
                drop(entry);
            } else if (!heir.isEmpty()) {
                edits.insert(entry.start(), heir + ".");
                heir = "";
            }
        }
        long next = (serial() + 1) % SERIALS;
        edits.replace(serialWord(), String.valueOf(next == 0 ? 1 : next));
        String text = edits.apply();
        requireMeant(text);
        return text;
    }

    /** Reads the new text before anybody else does: the names lead where they shall, and everything else is as it was. */
    private void requireMeant(String text) {
        ZoneFile now = ZoneFile.parse(text, file.origin(), where);
        ZoneEdit read = new ZoneEdit(now, where);
        boolean led = wanted.entrySet().stream()
                .allMatch(name -> Set.copyOf(read.at(name.getKey())).equals(Set.copyOf(name.getValue())));
        if (!led || !others(now).equals(others(file))) {
            throw refused("with the change in it, it would say something else than what is wanted");
        }
    }

    /** What is not to be changed, a record each. */
    private List<List<String>> others(ZoneFile of) {
        List<List<String>> others = new ArrayList<>();
        for (Entry entry : of.entries()) {
            boolean led = LEADING.contains(entry.type())
                    && wanted.keySet().stream().anyMatch(name -> name.ascii().equals(entry.owner()));
            if (!led) {
                List<String> other = new ArrayList<>(
                        List.of(entry.owner(), String.valueOf(entry.ttl()), entry.type(), entry.origin()));
                entry.data().forEach(word -> other.add(word.text()));
                if (entry.type().equals("SOA")) {
                    other.remove(other.size() - entry.data().size() + SERIAL);
                }
                others.add(other);
            }
        }
        return others;
    }

    /** Takes a record out that stands on one line; a comment on it stays, for it is somebody's. */
    private void drop(Entry entry) {
        int end = entry.lineEnd();
        int comment = file.text().indexOf(';', entry.end());
        edits.replace(entry.start(), comment >= 0 && comment < end ? comment : end, "");
    }

    private UnsafeToProceedException refused(String reason) {
        return new UnsafeToProceedException("The zone file " + where
                + " was left as it is, for it cannot be edited safely: " + reason + ". Look at it.");
    }
}
