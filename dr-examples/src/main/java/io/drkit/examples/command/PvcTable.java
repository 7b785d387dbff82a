package io.drkit.examples.command;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.volume.ReplicationPhase;
import io.drkit.volume.ReplicationStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with claims, as a table for people and as JSON.
 *
 * @param claims by name
 */
record PvcTable(String asOf, List<Row> claims) {

    private static final int NOTES_AT_MOST = 12;
    private static final String UNKNOWN = "unknown";
    private static final List<String> HEADINGS =
            List.of("CLAIM", "STATE", "LAST SYNC", "NEXT", "LAG", "THROUGHPUT", "RECOVERY POINT");

    /**
     * One claim.
     *
     * @param shrunken see {@link ReplicationStatus#shrunken}
     * @param lagSeconds how much would be lost if the source were lost now; null when that is unknown
     */
    record Row(
            String claim,
            String state,
            boolean shrunken,
            @Nullable String lastSync,
            @Nullable Long lastDurationSeconds,
            @Nullable String nextSync,
            @Nullable Long lagSeconds,
            @Nullable Double bytesPerSecond,
            PvcPoint recoveryPoint,
            List<PvcPoint> earlier,
            Map<String, Integer> workloads,
            List<String> notes) {

        static Row of(ReplicationStatus status, Instant now) {
            String name = status.claim().name();
            return new Row(
                    name,
                    Output.lower(status.phase()),
                    status.shrunken(),
                    status.lastSync() == null ? null : status.lastSync().toString(),
                    status.lastDuration() == null ? null : status.lastDuration().toSeconds(),
                    status.nextSync() == null ? null : status.nextSync().toString(),
                    status.phase() == ReplicationPhase.SWITCHED
                            ? null
                            : status.lag(now).map(Duration::toSeconds).orElse(null),
                    status.bytesPerSecond(),
                    PvcPoint.of(name, status.recoveryPoint(), now),
                    status.earlier().stream()
                            .map(point -> PvcPoint.of(name, point, now))
                            .toList(),
                    status.workloads(),
                    status.notes());
        }

        private List<String> cells(Instant now) {
            boolean moved = state.equals(Output.lower(ReplicationPhase.SWITCHED));
            boolean none = state.equals(Output.lower(ReplicationPhase.UNPROTECTED));
            return List.of(
                    claim,
                    state + (shrunken ? ", shrunken" : ""),
                    lastSync == null
                            ? "-"
                            : Output.duration(Duration.between(Instant.parse(lastSync), now)) + " ago"
                                    + (lastDurationSeconds == null
                                            ? ""
                                            : ", took " + Output.duration(Duration.ofSeconds(lastDurationSeconds))),
                    nextSync == null ? "-" : next(Instant.parse(nextSync), now),
                    moved || none
                            ? "-"
                            : lagSeconds == null ? UNKNOWN : Output.duration(Duration.ofSeconds(lagSeconds)),
                    bytesPerSecond == null ? "-" : Output.bytes(bytesPerSecond) + "/s",
                    recoveryPoint.asOf() == null ? (none ? "-" : UNKNOWN) : recoveryPoint.asOf());
        }

        private static String next(Instant next, Instant now) {
            return next.isBefore(now) ? "due" : "in " + Output.duration(Duration.between(now, next));
        }
    }

    static PvcTable of(Collection<ReplicationStatus> statuses, Instant now) {
        return new PvcTable(
                now.toString(),
                statuses.stream().map(status -> Row.of(status, now)).toList());
    }

    /** Wanting when something is failing, unprotected or shrunken; unreachable when a site did not answer. */
    int code() {
        boolean wanting = claims.stream()
                .anyMatch(row ->
                        row.shrunken || is(row, ReplicationPhase.FAILING) || is(row, ReplicationPhase.UNPROTECTED));
        if (wanting) {
            return ExitCodes.WANTING;
        }
        return claims.stream().anyMatch(row -> is(row, ReplicationPhase.UNKNOWN))
                ? ExitCodes.UNREACHABLE
                : ExitCodes.DONE;
    }

    /** Whether a claim belongs to the destination by now. */
    boolean hasMoved() {
        return claims.stream().anyMatch(row -> is(row, ReplicationPhase.SWITCHED));
    }

    private static boolean is(Row row, ReplicationPhase phase) {
        return row.state.equals(Output.lower(phase));
    }

    void print(PrintWriter out) {
        lines().forEach(out::println);
    }

    /** A summary, the table, and the notes below it, for they are sentences. */
    List<String> lines() {
        Instant now = Instant.parse(asOf);
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADINGS);
        claims.forEach(row -> rows.add(row.cells(now)));
        int[] widths = new int[HEADINGS.size()];
        rows.forEach(row -> Arrays.setAll(
                widths, column -> Math.max(widths[column], row.get(column).length())));
        List<String> lines = new ArrayList<>();
        lines.add(summary());
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                line.append(cell).append(" ".repeat(widths[column] - cell.length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        lines.addAll(notes());
        return lines;
    }

    private String summary() {
        Map<String, Long> states =
                claims.stream().collect(Collectors.groupingBy(Row::state, TreeMap::new, Collectors.counting()));
        return claims.size()
                + (claims.size() == 1 ? " claim: " : " claims: ")
                + states.entrySet().stream()
                        .map(state -> state.getValue() + " " + state.getKey())
                        .collect(Collectors.joining(", "));
    }

    /** Not all, where a site that is down is told of hundreds of claims. */
    private List<String> notes() {
        List<String> notes = claims.stream()
                .flatMap(row -> row.notes.stream().map(note -> "  " + row.claim + ": " + note))
                .collect(Collectors.toCollection(ArrayList::new));
        if (notes.size() > NOTES_AT_MOST) {
            int more = notes.size() - NOTES_AT_MOST;
            notes.subList(NOTES_AT_MOST, notes.size()).clear();
            notes.add("  and " + more + " more notes, which --output json has");
        }
        return notes;
    }
}
