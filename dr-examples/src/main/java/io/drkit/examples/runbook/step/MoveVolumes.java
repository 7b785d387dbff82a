package io.drkit.examples.runbook.step;

import io.drkit.examples.runbook.platform.Applications;
import io.drkit.examples.runbook.step.MoveVolumes.Moved;
import io.drkit.runbook.Check;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.StepContext;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.SwitchoverReport;
import io.drkit.workload.Claims;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Moves the applications with their volumes, one after another, and measures what each claim lost. VolSync's key is rotated by it, which fences the source. */
public final class MoveVolumes implements OneWay<Moved> {

    /** How long all of them may take. */
    public static final Duration DEADLINE = Duration.ofHours(12);

    private final Optional<Applications> applications;
    private final Move move;

    /**
     * What came of it.
     *
     * @param notes what a person should know, a sentence each
     */
    public record Moved(List<Point> points, List<String> notes) {

        public Moved {
            points = List.copyOf(points);
            notes = List.copyOf(notes);
        }
    }

    /**
     * What a claim holds where it went.
     *
     * @param claim {@code shop/data}
     * @param lossless whether all that was ever written is there
     * @param asOf what was written before is there; null when that is unknown, or told by a clock that is ahead of this machine's
     */
    public record Point(
            String claim, boolean lossless, @Nullable Instant asOf) {}

    public MoveVolumes(Optional<Applications> applications, Move move) {
        this.applications = applications;
        this.move = move;
    }

    @Override
    public Class<Moved> recordType() {
        return Moved.class;
    }

    @Override
    public Check check(StepContext context) {
        return applications.isPresent() ? Check.GO : Check.skip(Move.NOTHING);
    }

    @Override
    public Moved act(StepContext context) {
        Applications given = applications.orElseThrow();
        return given.volumes().with(volumes -> move(context, given, volumes));
    }

    private Moved move(StepContext context, Applications given, PvcSwitchover volumes) {
        List<Point> points = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (Claims claims : given.claims()) {
            context.tell(claims.toString());
            SwitchoverReport report = move.carryOut(volumes, claims);
            report.points().forEach((name, point) -> points.add(point(claims, name, point, report.lossless())));
            notes.addAll(report.notes());
        }
        points.forEach(point -> measure(context, point));
        return new Moved(points, notes);
    }

    private static Point point(Claims claims, String name, RecoveryPoint point, boolean lossless) {
        Instant asOf = point.asOf();
        boolean told = asOf != null && !asOf.isAfter(Instant.now());
        return new Point(claims.namespace() + "/" + name, lossless, told ? asOf : null);
    }

    private static void measure(StepContext context, Point point) {
        Optional<Duration> lost = point.lossless()
                ? Optional.of(Duration.ZERO)
                : TakePosition.age(point.asOf(), context.runBegan(), Instant.now());
        context.measured(Measurement.of(Measurement.Kind.RPO, "volume " + point.claim(), lost));
    }

    @Override
    public String told(Moved moved) {
        long unknown = moved.points().stream()
                .filter(point -> !point.lossless() && point.asOf() == null)
                .count();
        String counted = moved.points().size() + " volumes"
                + (unknown == 0 ? "" : ", of " + unknown + " of which nobody knows how old they are");
        return moved.notes().isEmpty() ? counted : counted + ". " + String.join(" ", moved.notes());
    }
}
