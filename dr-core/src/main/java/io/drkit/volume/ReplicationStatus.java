package io.drkit.volume;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with one claim, as it was read.
 *
 * @param lastSync when the last complete sync ended, by the source's clock; null when there was none, or the source does not answer
 * @param nextSync when the next is due; null without a schedule
 * @param recoveryPoint the newest one that the destination is known to hold; {@link RecoveryPoint#UNKNOWN} when none is
 * @param earlier what else it holds, newest first
 * @param workloads what mounted the claim at the source when that was last recorded, and how many replicas; by name: {@code Deployment shop}
 * @param bytesPerSecond of the last sync; null when the mover did not tell
 * @param handedOver of a claim that is {@link ReplicationPhase#SWITCHED}: whether it was moved after a final sync, so that nothing was lost
 * @param shrunken whether the newest recovery point holds so much less than an earlier one that its source may have been emptied, which nobody has
 *     accepted: {@link PvcReplicator#restore} goes to a named one only
 * @param notes what a person should know, a sentence each: why it is failing, what does not answer
 */
public record ReplicationStatus(
        Claim claim,
        ReplicationPhase phase,
        @Nullable Instant lastSync,
        @Nullable Duration lastDuration,
        @Nullable Instant nextSync,
        RecoveryPoint recoveryPoint,
        List<RecoveryPoint> earlier,
        SortedMap<String, Integer> workloads,
        @Nullable Double bytesPerSecond,
        boolean handedOver,
        boolean shrunken,
        List<String> notes) {

    public ReplicationStatus {
        earlier = List.copyOf(earlier);
        workloads = Collections.unmodifiableSortedMap(new TreeMap<>(workloads));
        notes = List.copyOf(notes);
    }

    /** How much would be lost if the source were lost now; empty when that is unknown. */
    public Optional<Duration> lag(Instant now) {
        return recoveryPoint.age(now);
    }

    /** The same, with one more note. */
    public ReplicationStatus noting(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new ReplicationStatus(
                claim,
                phase,
                lastSync,
                lastDuration,
                nextSync,
                recoveryPoint,
                earlier,
                workloads,
                bytesPerSecond,
                handedOver,
                shrunken,
                more);
    }
}
