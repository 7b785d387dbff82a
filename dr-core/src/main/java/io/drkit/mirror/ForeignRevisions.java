package io.drkit.mirror;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which of the standby's revisions the mirror did not write, and has not looked into yet.
 *
 * <p>Every revision of the mirror moves its checkpoint, and each checkpoint records the mirror's revision before it; or, within a window of a
 * copy, it writes a key of its own that tells. So whatever lies between them is someone else's, and this is known exactly, after a crash and
 * after compaction too: no watch of the standby is needed.
 */
final class ForeignRevisions {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** First to last revision of each interval, neither overlapping nor adjacent. */
    private final TreeMap<Long, Long> intervals = new TreeMap<>();

    /** Up to here every revision is either in the intervals, or the mirror's, or was looked into. */
    private long accounted;

    private boolean changed;

    private ForeignRevisions(long accounted) {
        this.accounted = accounted;
    }

    /** A new book: every revision after {@code accounted} is foreign, as far as is known. */
    static ForeignRevisions unknownAfter(long accounted) {
        ForeignRevisions foreign = new ForeignRevisions(accounted);
        foreign.changed = true;
        return foreign;
    }

    /** What the standby's records tell. */
    static ForeignRevisions restore(Bytes intervals, long accountedByCheckpoint, long checkpointRevision) {
        ForeignRevisions foreign = new ForeignRevisions(accountedByCheckpoint);
        try {
            for (long[] interval : JSON.readValue(intervals.unsafeArray(), long[][].class)) {
                foreign.intervals.put(interval[0], interval[1]);
            }
        } catch (IOException | ArrayIndexOutOfBoundsException e) {
            throw new UnsafeToProceedException(
                    "Cannot read the mirror's record of foreign revisions. Delete the mirror's checkpoint and this"
                            + " record to have everything copied anew; keys on the standby are then kept.");
        }
        foreign.own(checkpointRevision);
        return foreign;
    }

    Bytes toBytes() {
        try {
            return Bytes.wrap(JSON.writeValueAsBytes(intervals.entrySet().stream()
                    .map(interval -> new long[] {interval.getKey(), interval.getValue()})
                    .toArray(long[][]::new)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The mirror wrote {@code revision}; whatever lies between it and its last one is someone else's. */
    void own(long revision) {
        if (revision > accounted + 1) {
            intervals.put(accounted + 1, revision - 1);
            changed = true;
        }
        accounted = Math.max(accounted, revision);
    }

    /** The mirror wrote these revisions, and none other after its last one. */
    void own(Collection<Long> revisions) {
        revisions.stream().sorted().forEach(this::own);
    }

    /** What lies up to {@code revision} was looked into. */
    void settle(long revision) {
        while (!intervals.isEmpty() && intervals.firstKey() <= revision) {
            Map.Entry<Long, Long> first = intervals.pollFirstEntry();
            if (first.getValue() > revision) {
                intervals.put(revision + 1, first.getValue());
            }
            changed = true;
        }
        accounted = Math.max(accounted, revision);
    }

    boolean contains(long revision) {
        if (revision > accounted) {
            return true;
        }
        Map.Entry<Long, Long> interval = intervals.floorEntry(revision);
        return interval != null && revision <= interval.getValue();
    }

    boolean isEmpty() {
        return intervals.isEmpty();
    }

    int size() {
        return intervals.size();
    }

    /** The first revision that may be foreign. */
    long first() {
        return intervals.isEmpty() ? accounted + 1 : intervals.firstKey();
    }

    /** The first revision after {@code revision} that may be foreign. */
    long firstAfter(long revision) {
        if (revision >= accounted || contains(revision + 1)) {
            return revision + 1;
        }
        Long next = intervals.higherKey(revision);
        return next == null ? accounted + 1 : next;
    }

    long accounted() {
        return accounted;
    }

    /** Whether the intervals changed since {@link #saved}. */
    boolean isChanged() {
        return changed;
    }

    void saved() {
        changed = false;
    }
}
