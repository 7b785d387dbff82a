package io.drkit.volume;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What moving an application's claims would do, as the sites were found. Nothing was changed.
 *
 * @param claims how it stands with each, from where the application is to where it goes, by name of the claim
 * @param points what each claim's destination holds now; of a failover, what it would be restored to
 * @param stops what would be stopped, by its name ({@code Deployment shop}), and how many replicas it has
 * @param starts what would be started where it goes, as far as is known, and with how many
 * @param lossless whether nothing is lost by it, for the source is asked: of a migration and a failback, and not of a failover
 * @param obstacles why it would be refused, a sentence each; empty when it is possible
 * @param notes what else a person should know
 * @param asOf when it was looked
 */
public record SwitchoverPlan(
        SortedMap<String, ReplicationStatus> claims,
        SortedMap<String, RecoveryPoint> points,
        SortedMap<String, Integer> stops,
        SortedMap<String, Integer> starts,
        boolean lossless,
        List<String> obstacles,
        List<String> notes,
        Instant asOf) {

    public SwitchoverPlan {
        claims = Collections.unmodifiableSortedMap(new TreeMap<>(claims));
        points = Collections.unmodifiableSortedMap(new TreeMap<>(points));
        stops = Collections.unmodifiableSortedMap(new TreeMap<>(stops));
        starts = Collections.unmodifiableSortedMap(new TreeMap<>(starts));
        obstacles = List.copyOf(obstacles);
        notes = List.copyOf(notes);
    }

    public boolean isPossible() {
        return obstacles.isEmpty();
    }

    /** How old the oldest of what the destination holds is, which is the RPO if the source were lost now; empty when that is unknown of a claim. */
    public Optional<Duration> age() {
        return RecoveryPoint.oldest(points.values(), asOf);
    }
}
