package io.drkit.dns;

import java.util.Set;

/**
 * What a kind of name server can promise, and hold.
 *
 * @param allOrNothing whether the names of one zone change together or not at all; if not, one by one
 * @param guarded whether the server itself compares with what was there before, in the same step as it writes; if not, a window remains between
 *     reading and writing in which somebody else's change is overwritten
 * @param types the record types it can hold
 * @param wildcards whether it can hold names such as {@code *.apps.example.com}
 * @param ttls whether each record set has a time to live of its own; if not, what is read is the server's, and one that is written is ignored
 * @param afterwards what has to happen after a change was made before anybody is told of it, as a sentence; empty where the server tells it at once
 */
public record DnsCapabilities(
        boolean allOrNothing,
        boolean guarded,
        Set<RecordType> types,
        boolean wildcards,
        boolean ttls,
        String afterwards) {

    public DnsCapabilities {
        types = Set.copyOf(types);
    }

    /** Of a server that tells a change at once. */
    public DnsCapabilities(
            boolean allOrNothing, boolean guarded, Set<RecordType> types, boolean wildcards, boolean ttls) {
        this(allOrNothing, guarded, types, wildcards, ttls, "");
    }

    /** The promise in words, for people: one sentence, and {@link #afterwards}. */
    public String promise() {
        return (allOrNothing
                        ? "The names of a zone change together or not at all; "
                        : "Names change one by one: an end in the midst leaves some changed; ")
                + (guarded
                        ? "the server itself refuses when somebody else changed them meanwhile."
                        : "between reading and writing a window remains in which somebody else's change is overwritten.")
                + (afterwards.isEmpty() ? "" : " " + afterwards);
    }
}
