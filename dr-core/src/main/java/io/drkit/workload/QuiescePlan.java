package io.drkit.workload;

import io.drkit.UnsafeToProceedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who mounts claims, as it was found. Nothing was changed.
 *
 * @param claimNames the claims that {@code claims} means
 * @param workloads what would be quiesced, in that order; those already at zero too
 * @param obstacles what cannot be; with any, nothing is quiesced
 * @param pods those that mount a claim now, terminating ones too; finished ones (Succeeded, Failed) do not
 * @param notes what a person should know beside the notes of the workloads
 */
public record QuiescePlan(
        Claims claims,
        SortedSet<String> claimNames,
        List<Workload> workloads,
        List<Obstacle> obstacles,
        SortedSet<String> pods,
        List<String> notes) {

    private static final int NAMED_AT_MOST = 10;

    public QuiescePlan {
        claimNames = Collections.unmodifiableSortedSet(new TreeSet<>(claimNames));
        workloads = List.copyOf(workloads);
        obstacles = List.copyOf(obstacles);
        pods = Collections.unmodifiableSortedSet(new TreeSet<>(pods));
        notes = List.copyOf(notes);
    }

    public boolean isPossible() {
        return obstacles.isEmpty();
    }

    /** Nothing mounts the claims now, and nothing is scaled so that it would. */
    public boolean isQuiet() {
        return isPossible() && pods.isEmpty() && workloads.stream().allMatch(workload -> workload.replicas() == 0);
    }

    /** Who uses the claims, or would: pods, workloads that are up, and what cannot be quiesced; but not a replication that receives them. */
    public List<String> users() {
        List<String> users = new ArrayList<>(pods);
        workloads.stream()
                .filter(workload -> workload.replicas() > 0)
                .forEach(workload -> users.add(workload.toString()));
        obstacles.stream()
                .filter(obstacle -> !obstacle.kind().equals(Obstacle.RECEIVER))
                .forEach(obstacle -> users.add(obstacle.kind() + " " + obstacle.name()));
        return users;
    }

    /** @throws UnsafeToProceedException when there are obstacles; names each, up to ten */
    public void requirePossible() {
        if (isPossible()) {
            return;
        }
        List<String> reasons = new ArrayList<>();
        obstacles.stream().limit(NAMED_AT_MOST).forEach(obstacle -> reasons.add(obstacle.reason()));
        if (obstacles.size() > NAMED_AT_MOST) {
            reasons.add("There are " + (obstacles.size() - NAMED_AT_MOST) + " more like these.");
        }
        throw new UnsafeToProceedException("Cannot quiesce " + claims + ": " + String.join(" ", reasons));
    }
}
