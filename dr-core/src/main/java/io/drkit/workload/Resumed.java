package io.drkit.workload;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What came of resuming.
 *
 * @param workloads what was scaled back by this call, by its name ({@code Deployment shop}), and to how many; 1 for a CronJob that runs again
 * @param leftAlone what was quiesced and was not scaled back, and why, a sentence each: somebody scaled it meanwhile, or another claim still needs
 *     it to be quiet
 */
public record Resumed(SortedMap<String, Integer> workloads, List<String> leftAlone) {

    public Resumed {
        workloads = Collections.unmodifiableSortedMap(new TreeMap<>(workloads));
        leftAlone = List.copyOf(leftAlone);
    }
}
