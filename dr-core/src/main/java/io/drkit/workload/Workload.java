package io.drkit.workload;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A workload that mounts a claim, or would, and can be quiesced.
 *
 * @param claims which of the claims asked for
 * @param mounts which claims it mounts by its template, asked for or not; those that a StatefulSet makes are not among them
 * @param replicas how many it shall have now; of a CronJob 1 when it runs, and 0 when it is suspended
 * @param before what it is to go back to, when it was quiesced before; empty when it was not
 * @param notes what a person should know, a sentence each: an autoscaler, a paused rollout, that it is at zero already
 */
public record Workload(
        WorkloadKind kind,
        String name,
        SortedSet<String> claims,
        SortedSet<String> mounts,
        int replicas,
        OptionalInt before,
        List<String> notes) {

    public Workload {
        claims = Collections.unmodifiableSortedSet(new TreeSet<>(claims));
        mounts = Collections.unmodifiableSortedSet(new TreeSet<>(mounts));
        notes = List.copyOf(notes);
    }

    /** {@code Deployment shop}, say. */
    @Override
    public String toString() {
        return kind.kind() + " " + name;
    }
}
