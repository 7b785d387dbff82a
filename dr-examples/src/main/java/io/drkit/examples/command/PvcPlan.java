package io.drkit.examples.command;

import io.drkit.examples.cli.Output;
import io.drkit.volume.SwitchoverPlan;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What moving an application would do, as it is told.
 *
 * @param states of the claims' replication, from where the application is to where it goes
 * @param rpoSeconds how much it would lose now; null when that is unknown
 * @param ageSeconds how old the destination's data is now, which is lost if the source is lost; null when that is unknown
 */
record PvcPlan(
        String would,
        String from,
        String to,
        String namespace,
        boolean possible,
        List<PvcPoint> claims,
        Map<String, String> states,
        boolean lossless,
        @Nullable Long rpoSeconds,
        @Nullable Long ageSeconds,
        Map<String, Integer> stops,
        Map<String, Integer> starts,
        List<String> obstacles,
        List<String> notes) {

    private static final Map<String, String> VERBS = Map.of("failover", "fail over", "failback", "fail back");

    static PvcPlan of(String verb, String from, String to, String namespace, SwitchoverPlan plan) {
        Map<String, String> states = new TreeMap<>();
        plan.claims().forEach((name, status) -> states.put(name, Output.lower(status.phase())));
        Long age = plan.age().map(Duration::toSeconds).orElse(null);
        return new PvcPlan(
                verb,
                from,
                to,
                namespace,
                plan.isPossible(),
                PvcPoint.all(plan.points(), plan.asOf()),
                states,
                plan.lossless(),
                plan.lossless() ? Long.valueOf(0) : age,
                age,
                plan.stops(),
                plan.starts(),
                plan.obstacles(),
                plan.notes());
    }

    void print(PrintWriter out) {
        out.println("Would " + VERBS.getOrDefault(would, would) + " from " + from + " to " + to + ", namespace "
                + namespace + ". Nothing was changed.");
        claims.forEach(claim -> out.println("  " + claim.line() + ", " + states.get(claim.claim())));
        out.println("Would stop: " + PvcReport.workloads(stops) + ". Would start at " + to + ": "
                + PvcReport.workloads(starts) + ".");
        String age = PvcPoint.spoken(Optional.ofNullable(ageSeconds).map(Duration::ofSeconds));
        out.println(
                lossless
                        ? "RPO: nothing would be lost. Were " + from + " lost now: " + age + "."
                        : "RPO as of now: " + age + (ageSeconds == null ? "." : " at most."));
        obstacles.forEach(obstacle -> out.println("Would be refused: " + obstacle));
        notes.forEach(note -> out.println("Note: " + note));
    }
}
