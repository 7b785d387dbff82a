package io.drkit.runbook;

import java.time.Duration;

/**
 * What a run measured of the promises that people give each other.
 *
 * @param of what was lost or was away: {@code etcd}, {@code volume shop/data}
 */
public record Measurement(Kind kind, String of, Duration value) {

    /** Which promise. */
    public enum Kind {
        /** How much was lost, as a time: recovery point objective. */
        RPO,
        /** How long it was away: recovery time objective. */
        RTO
    }

    public Measurement {
        if (of.isBlank() || value.isNegative()) {
            throw new IllegalArgumentException("A measurement has a subject, and is not negative.");
        }
    }
}
