package io.drkit.examples.command;

import io.drkit.examples.cli.Output;
import io.drkit.volume.RecoveryPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a destination holds of a claim, as it is told.
 *
 * @param asOf an instant; null when it is unknown, and then so is the age
 */
record PvcPoint(
        String claim,
        @Nullable String asOf,
        @Nullable Long ageSeconds,
        @Nullable String snapshot,
        @Nullable Long bytes) {

    static PvcPoint of(String claim, RecoveryPoint point, Instant now) {
        return new PvcPoint(
                claim,
                point.asOf() == null ? null : point.asOf().toString(),
                point.age(now).map(Duration::toSeconds).orElse(null),
                point.image().isEmpty() ? null : point.image(),
                point.bytes());
    }

    static List<PvcPoint> all(SortedMap<String, RecoveryPoint> points, Instant now) {
        List<PvcPoint> all = new ArrayList<>();
        points.forEach((claim, point) -> all.add(of(claim, point, now)));
        return all;
    }

    /** An age for people; that it is unknown is said. */
    static String spoken(Optional<Duration> age) {
        return age.map(Output::duration).orElse("unknown");
    }

    String line() {
        return claim + ": " + (asOf == null ? "of an unknown time" : "as of " + asOf)
                + (snapshot == null ? "" : " in snapshot " + snapshot)
                + (bytes == null ? "" : ", " + Output.bytes(bytes));
    }
}
