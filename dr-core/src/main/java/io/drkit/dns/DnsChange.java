package io.drkit.dns;

import io.drkit.UnsafeToProceedException;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A change of where names lead: planned, or made. Keep it ({@link #toJson}) <em>before</em> it is {@linkplain DnsSwitcher#apply applied}: it is all
 * that is needed to go on after a crash, and to undo it.
 *
 * <p>A name keeps its kind: it has addresses before and after, or a CNAME before and after, or is created or deleted. For a server drops, without a
 * word, an address beside a CNAME and a CNAME beside anything else (RFC 2136, section 3.4.2.2).
 *
 * @param before what the names lead to when it is made, exactly
 * @param after what the same names shall lead to, or do
 * @param serials the serial of each zone's SOA record with which it was there; empty while it is a plan, and where the server counts none
 */
public record DnsChange(DnsRecords before, DnsRecords after, SortedMap<DnsName, Long> serials) {

    /** @throws IllegalArgumentException when the two are not of the same names, or a name changes its kind */
    public DnsChange {
        if (!before.names().equals(after.names())) {
            throw new IllegalArgumentException("A change is of the same names before and after, not of "
                    + before.names() + " and " + after.names() + ".");
        }
        for (DnsName name : before.names()) {
            if (changesKind(before, after, name)) {
                throw new IllegalArgumentException(
                        name + " cannot become " + after.describe(name) + ", for it is " + before.describe(name) + ".");
            }
        }
        serials = Collections.unmodifiableSortedMap(new TreeMap<>(serials));
    }

    /** A plan. */
    public static DnsChange of(DnsRecords before, DnsRecords after) {
        return new DnsChange(before, after, Collections.emptySortedMap());
    }

    static boolean changesKind(DnsRecords before, DnsRecords after, DnsName name) {
        return !before.at(name).isEmpty()
                && !after.at(name).isEmpty()
                && before.at(name, RecordType.CNAME).isPresent()
                        != after.at(name, RecordType.CNAME).isPresent();
    }

    /** The same as made: with the serials it was seen with. */
    public DnsChange with(Map<DnsName, Long> serials) {
        return new DnsChange(before, after, new TreeMap<>(serials));
    }

    /** The change that takes this one back. */
    public DnsChange reversed() {
        return of(after, before);
    }

    /** The names whose records or times to live differ; empty when there was nothing to do. */
    public Set<DnsName> changed() {
        Set<DnsName> changed = new TreeSet<>(before.names());
        changed.removeIf(name -> before.at(name).equals(after.at(name)));
        return changed;
    }

    /**
     * The names that are still to be changed, for backends: those that do not lead to {@link #after} yet.
     *
     * @param now where the names lead now
     * @param ttls whether a time to live that differs is still to be changed
     * @param where the server, for the message
     * @throws UnsafeToProceedException when one leads neither to before nor to after
     */
    public Set<DnsName> remaining(DnsRecords now, boolean ttls, String where) {
        Set<DnsName> remaining = new TreeSet<>();
        for (DnsName name : before.names()) {
            boolean done = ttls ? now.at(name).equals(after.at(name)) : now.leadsLike(after, name);
            if (!done && !now.leadsLike(before, name)) {
                throw new UnsafeToProceedException("Somebody else changed " + name + " at " + where + ": it is "
                        + now.describe(name) + ", not " + before.describe(name)
                        + ", and was left so. Look at it, and plan the change anew.");
            }
            if (!done) {
                remaining.add(name);
            }
        }
        return remaining;
    }

    /**
     * Makes sure, for backends, that a change that the server took is there: a server may drop a part of it without a word.
     *
     * @param now as read back
     * @param ttls whether times to live have to be the desired ones too
     * @throws UnsafeToProceedException when a name leads elsewhere
     */
    public void requireDone(DnsRecords now, boolean ttls, String where) {
        for (DnsName name : after.names()) {
            if (ttls ? !now.at(name).equals(after.at(name)) : !now.leadsLike(after, name)) {
                throw new UnsafeToProceedException(
                        where + " accepted the change of " + name + " to " + after.describe(name)
                                + ", and yet holds " + now.describe(name)
                                + ": it dropped the change, or somebody else changed it since. Look at the zone.");
            }
        }
    }

    /** As JSON, for {@link #fromJson}. */
    public String toJson() {
        return DnsJson.write(this);
    }

    /** @throws IllegalArgumentException when it is not what {@link #toJson} wrote */
    public static DnsChange fromJson(String json) {
        return DnsJson.readChange(json);
    }
}
