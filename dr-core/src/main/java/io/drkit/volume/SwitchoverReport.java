package io.drkit.volume;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What came of moving an application's claims.
 *
 * @param points what each claim's destination holds, by name of the claim
 * @param begun when the first workload was stopped, or the first claim was restored
 * @param finished when the workloads had been started
 * @param lossless whether every write from before is there: after a final sync of what was at rest. Not after a failover, nor
 *     when a claim was moved before {@code begun}, for the source may have written to it since
 * @param started what was scaled up, by its name, and to how many
 * @param notes what a person should know, a sentence each: what was not started and why, what is not replicated back
 */
public record SwitchoverReport(
        SortedMap<String, RecoveryPoint> points,
        Instant begun,
        Instant finished,
        boolean lossless,
        SortedMap<String, Integer> started,
        List<String> notes) {

    public SwitchoverReport {
        points = Collections.unmodifiableSortedMap(new TreeMap<>(points));
        started = Collections.unmodifiableSortedMap(new TreeMap<>(started));
        notes = List.copyOf(notes);
    }

    /** How much was lost at most: zero, or the age of the oldest data when it began; empty when that is unknown of a claim. */
    public Optional<Duration> recoveryPointObjective() {
        return lossless ? Optional.of(Duration.ZERO) : RecoveryPoint.oldest(points.values(), begun);
    }

    /** From {@link #begun} to {@link #finished}: how long the application was down for this. */
    public Duration recoveryTime() {
        return Duration.between(begun, finished);
    }
}
