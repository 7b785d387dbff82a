package io.drkit.runbook;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run measured of the promises that people give each other.
 *
 * @param of what was lost or was away: {@code etcd}, {@code volume shop/data}
 * @param value null where it cannot be told, so that no promise is called kept for want of a figure
 */
public record Measurement(Kind kind, String of, @Nullable Duration value) {

    /** Which promise. */
    public enum Kind {
        /** How much was lost, as a time: recovery point objective. */
        RPO,
        /** How long it was away: recovery time objective. */
        RTO
    }

    public Measurement {
        if (of.isBlank() || (value != null && value.isNegative())) {
            throw new IllegalArgumentException("A measurement has a subject, and is not negative.");
        }
    }

    /** One where {@code value} is there, and one that cannot be told where it is not. */
    public static Measurement of(Kind kind, String of, Optional<Duration> value) {
        return new Measurement(kind, of, value.orElse(null));
    }

    /** For people: in seconds, or that it is unknown. */
    public String told() {
        return value == null ? "unknown" : value.toMillis() / 1e3 + " s";
    }
}
