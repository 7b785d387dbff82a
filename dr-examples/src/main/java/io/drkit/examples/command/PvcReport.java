package io.drkit.examples.command;

import io.drkit.examples.cli.Output;
import io.drkit.volume.SwitchoverReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of moving an application, as it is told.
 *
 * @param claims with their ages when it began
 * @param lossless whether every write from before is there
 * @param rpoSeconds how much was lost at most; null when that is unknown
 * @param rtoSeconds how long the application was down for this
 */
record PvcReport(
        String did,
        String from,
        String to,
        String namespace,
        List<PvcPoint> claims,
        boolean lossless,
        @Nullable Long rpoSeconds,
        long rtoSeconds,
        String began,
        String finished,
        Map<String, Integer> started,
        List<String> notes) {

    static PvcReport of(String verb, String from, String to, String namespace, SwitchoverReport report) {
        return new PvcReport(
                verb,
                from,
                to,
                namespace,
                PvcPoint.all(report.points(), report.begun()),
                report.lossless(),
                report.recoveryPointObjective().map(Duration::toSeconds).orElse(null),
                report.recoveryTime().toSeconds(),
                report.begun().toString(),
                report.finished().toString(),
                report.started(),
                report.notes());
    }

    void print(PrintWriter out) {
        out.println("Done: " + did + " from " + from + " to " + to + " of " + claims.size()
                + (claims.size() == 1 ? " claim" : " claims") + " in namespace " + namespace + ".");
        for (PvcPoint claim : claims) {
            out.println("  " + claim.line() + (lossless ? "" : ", RPO " + age(claim.ageSeconds())));
        }
        out.println("RPO: "
                + (lossless
                        ? "nothing was lost"
                        : rpoSeconds == null
                                ? "unknown, for no record says of what time the data is"
                                : age(rpoSeconds) + " at most")
                + ". RTO: " + Output.duration(Duration.ofSeconds(rtoSeconds)) + ".");
        out.println("Started at " + to + ": " + workloads(started) + ".");
        notes.forEach(note -> out.println("Note: " + note));
    }

    private static String age(@Nullable Long seconds) {
        return PvcPoint.spoken(Optional.ofNullable(seconds).map(Duration::ofSeconds));
    }

    /** {@code Deployment shop (3)}. */
    static String workloads(Map<String, Integer> workloads) {
        return workloads.isEmpty()
                ? "nothing"
                : String.join(
                        ", ",
                        workloads.entrySet().stream()
                                .map(workload -> workload.getKey() + " (" + workload.getValue() + ")")
                                .toList());
    }
}
