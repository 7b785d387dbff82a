package io.drkit.workload;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Evidence that nothing writes to claims any more. A sync holds all that the application wrote if it <em>began</em> after {@link #quietSince}.
 *
 * @param claimNames the claims that were meant
 * @param workloads what is at zero now, with what each goes back to ({@link Workload#before}); empty there for what was at zero before
 * @param quietSince when it was seen that no pod mounts a claim: not earlier than the last was gone, and later by a poll at most. By the clock of
 *     the machine that looked: compared with a time that a cluster wrote, the difference of the two clocks is to be added
 */
public record Quiesced(Claims claims, SortedSet<String> claimNames, List<Workload> workloads, Instant quietSince) {

    public Quiesced {
        claimNames = Collections.unmodifiableSortedSet(new TreeSet<>(claimNames));
        workloads = List.copyOf(workloads);
    }
}
