package io.drkit.consistency;

import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.Map;

/**
 * What was compared, and what differed.
 *
 * @param level what keys had to have in common
 * @param sourceRevision the primary's revision that was compared
 * @param standbyRevision the standby's revision that was compared
 * @param compared how many keys of the primary were compared
 * @param total differences of the whole scope
 * @param byResource differences by the key's resource (for {@code /registry/pods/ns/a}: {@code pods}); only resources that have any
 * @param sample the first differences of each kind, in key order
 * @param undecidable how many keys of the primary were left out, for their value decides whether they belong to the scope and cannot be read
 * @param undecidableSample the first of these, in key order
 */
public record Comparison(
        String scope,
        Level level,
        long sourceRevision,
        long standbyRevision,
        long compared,
        Counts total,
        Map<String, Counts> byResource,
        List<KeyDifference> sample,
        long undecidable,
        List<Bytes> undecidableSample) {

    /** Differences by kind. */
    public record Counts(long missed, long surplus, long changed) {

        public static final Counts NONE = new Counts(0, 0, 0);

        public long sum() {
            return missed + surplus + changed;
        }
    }
}
