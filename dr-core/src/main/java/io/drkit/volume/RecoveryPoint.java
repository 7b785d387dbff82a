package io.drkit.volume;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What of a claim the destination holds complete.
 *
 * @param asOf everything that was written before this is in it: when the sync that brought it began, at the source and by the source cluster's clock;
 *     null when that is unknown
 * @param image the snapshot at the destination that holds it; empty when it is held by the claim alone
 * @param bytes how large the source was, in bytes, as the mover told; null when it did not
 */
public record RecoveryPoint(
        @Nullable Instant asOf, String image, @Nullable Long bytes) {

    /** What is known when nothing is. */
    public static final RecoveryPoint UNKNOWN = new RecoveryPoint(null, "", null);

    /** How old the data is at most, which is the RPO if the source were lost now; empty when that is unknown. */
    public Optional<Duration> age(Instant now) {
        return asOf == null ? Optional.empty() : Optional.of(Duration.between(asOf, now));
    }

    /** How old the oldest of several is; empty when that is unknown of one. */
    static Optional<Duration> oldest(Collection<RecoveryPoint> points, Instant now) {
        Duration worst = Duration.ZERO;
        for (RecoveryPoint point : points) {
            Optional<Duration> age = point.age(now);
            if (age.isEmpty()) {
                return Optional.empty();
            }
            worst = age.get().compareTo(worst) > 0 ? age.get() : worst;
        }
        return Optional.of(worst);
    }

    public OptionalLong size() {
        return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    @Override
    public String toString() {
        return (asOf == null ? "of an unknown time" : "as of " + asOf)
                + (image.isEmpty() ? "" : " in snapshot " + image);
    }
}
