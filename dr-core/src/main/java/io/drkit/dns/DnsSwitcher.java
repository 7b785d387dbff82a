package io.drkit.dns;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Name servers whose records can be changed: all that DrKit asks of a vendor, who implements {@link #name}, {@link #capabilities}, {@link #read},
 * {@link #apply} and {@link #close}. The rest follows from these. A backend proves itself by extending {@code DnsSwitcherContract} of dr-testkit.
 *
 * <p>Every call blocks, has a deadline of the implementation's, and ends early when its thread is interrupted. Every call throws {@link
 * SiteUnreachableException} when the server does not answer, or does not let us in, and nothing was changed. Every call throws {@link
 * IllegalArgumentException} for a name in no zone of the server, and for what the server's {@linkplain #capabilities kind} cannot hold. Thread-safe.
 */
public interface DnsSwitcher extends AutoCloseable {

    /** How these servers are named in messages: an address, say. Holds no secret. */
    String name();

    DnsCapabilities capabilities();

    /**
     * Where names lead now, as the server holds it that {@link #apply} writes to, past every cache: all A, AAAA and CNAME record sets at exactly
     * these names. What a wildcard makes of a name that does not exist is no record of that name.
     */
    DnsRecords read(Collection<DnsName> names);

    /**
     * Makes names lead to {@link DnsChange#after}, where they lead to {@link DnsChange#before} now, and reads every one back. Idempotent: names
     * that are as after already are left alone, so that running it again is how one goes on after an end in the midst. When all are, nothing is
     * written. Times to live are written but not compared, for they do not say where a name leads.
     *
     * <p>Every name of every zone is compared before the first write. Names of one zone change together where the {@linkplain #capabilities kind}
     * can do that; zones change one after another. An answer that is lost is looked at before the write is repeated.
     *
     * @return the change with the serials it was seen with
     * @throws UnsafeToProceedException when a name leads neither to before nor to after: somebody else changed it, and nothing of its zone was
     *     changed; or when the server accepted the change and yet holds something else, which the message names
     * @throws OutcomeUnknownException when a change was sent, no answer came, and it could not be read back either; or when some zones were changed
     *     and others could not be: the message says which
     */
    DnsChange apply(DnsChange change);

    /**
     * Plans to make names lead somewhere else; changes nothing. Record sets of these names that are not desired go away: an AAAA when there are only
     * IPv4 addresses, say, so that nobody is led to the old site by IPv6.
     *
     * @throws UnsafeToProceedException when a name does not exist, which is rather misspelt than to be created (to create it, apply {@link
     *     DnsChange#of}), or is of another kind: a CNAME where an address is desired, or the other way round
     */
    default DnsChange plan(DnsRecords desired) {
        DnsRecords now = read(desired.names());
        for (DnsName name : desired.names()) {
            if (now.at(name).isEmpty()) {
                throw new UnsafeToProceedException(name + " does not exist at " + name()
                        + ", and nothing was changed: is it misspelt? If it is to be new, ask for it to be created.");
            }
            if (DnsChange.changesKind(now, desired, name)) {
                throw new UnsafeToProceedException(name + " at " + name() + " is " + now.describe(name)
                        + " and cannot become " + desired.describe(name)
                        + "; nothing was changed. Change the name it leads to, or replace it by hand.");
            }
        }
        return DnsChange.of(now, desired);
    }

    /** Plans another time to live for names as they are; changes nothing. Before a planned switch it is lowered, and the old one waited out. */
    default DnsChange planTtl(Collection<DnsName> names, Duration ttl) {
        DnsRecords now = read(names);
        return DnsChange.of(now, now.withTtl(ttl));
    }

    /**
     * Plans to put back the times to live that {@link #planTtl} lowered, wherever the names lead by now; changes nothing. A record set whose time
     * to live is no longer the lowered one stays as it is.
     */
    default DnsChange planTtlBack(DnsChange lowered) {
        DnsRecords now = read(lowered.before().names());
        return DnsChange.of(now, now.map(set -> {
            DnsRecords was = lowered.before().only(List.of(set.name()));
            boolean isLowered = lowered.after().at(set.name()).stream()
                    .anyMatch(low -> low.ttl().equals(set.ttl()));
            Duration ttl = was.at(set.name(), set.type()).map(DnsRecordSet::ttl).orElse(was.longestTtl());
            return isLowered ? set.withTtl(ttl) : set;
        }));
    }

    /** Plans and applies at once. To be able to undo it after a crash, plan, keep the plan, and then apply it. */
    default DnsChange pointTo(DnsRecords desired) {
        return apply(plan(desired));
    }

    /** Puts back exactly what was there before a change, unless somebody else changed it since: as {@link #apply} says. */
    default DnsChange undo(DnsChange change) {
        return apply(change.reversed());
    }

    /** Closes what this opened. Idempotent. */
    @Override
    void close();
}
