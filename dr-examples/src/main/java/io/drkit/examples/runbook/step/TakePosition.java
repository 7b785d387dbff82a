package io.drkit.examples.runbook.step;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.Proof;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.TakePosition.Position;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.MirrorRecord;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.StepContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far the standby is, by its own records: the RPO if the primary were lost when the run began. It is an upper bound, by the clock of the machine that
 * mirrored; nothing is measured where the checkpoint does not tell, or where that clock is seen to be ahead of this machine's.
 */
public final class TakePosition implements Looks<Position> {

    private final Way way;
    private final Clock clock;

    /**
     * The standby's position.
     *
     * @param revision the primary's, that the standby equals
     * @param complete whether it does so for all of the scope: false in the midst of a copy
     * @param asOf everything that the primary acknowledged before is there; null when that is unknown
     * @param refused how many keys the standby does not take, too large a value for it, say
     * @param provedAt when the two were last proved equal; null for never
     * @param at when that was read
     */
    public record Position(
            long revision,
            boolean complete,
            long refused,
            @Nullable Instant asOf,
            @Nullable Instant provedAt,
            Instant at) {}

    public TakePosition(Way way, Clock clock) {
        this.way = way;
        this.clock = clock;
    }

    @Override
    public Class<Position> recordType() {
        return Position.class;
    }

    @Override
    public Position act(StepContext context) {
        try (KeyStore standby = way.to().open()) {
            Position position = of(standby, way, clock);
            context.measured(Measurement.of(
                    Measurement.Kind.RPO, "etcd", age(position.asOf(), context.runBegan(), position.at())));
            return position;
        }
    }

    /**
     * How old something was at a moment; not negative, for it may have become newer since.
     *
     * @param asOf of when it is, by another's clock or by this one before it jumped; null when that is unknown
     * @param now when that was read
     * @return empty when it is unknown, as it is by a clock that is ahead
     */
    static Optional<Duration> age(@Nullable Instant asOf, Instant moment, Instant now) {
        return asOf == null || asOf.isAfter(now)
                ? Optional.empty()
                : Optional.of(Duration.between(asOf, moment)).map(age -> age.isNegative() ? Duration.ZERO : age);
    }

    /**
     * As of the moment when it was read, for a running mirror writes while it is.
     *
     * @throws UnsafeToProceedException when no mirror of that name ever wrote there
     */
    static Position of(KeyStore standby, Way way, Clock clock) {
        Checkpoint checkpoint = MirrorRecord.read(standby, way.mirror())
                .map(MirrorRecord::checkpoint)
                .orElseThrow(() -> new UnsafeToProceedException(way.to() + " holds no checkpoint of a mirror "
                        + way.mirror() + ": nothing was ever mirrored there. See drkit enable."));
        Optional<Instant> proved = Proof.last(standby)
                .filter(proof -> proof.scope().equals(way.scope().name()))
                .map(proof -> Instant.parse(proof.at()));
        return new Position(
                checkpoint.revision(),
                checkpoint.isComplete(),
                standby.count(KeyRange.prefix(DrKitKeys.skipped(way.mirror()))),
                checkpoint.knownAsOf().orElse(null),
                proved.orElse(null),
                clock.instant());
    }

    /** What is wrong with it, that a person would have to accept. */
    public static Optional<String> risk(Position position) {
        List<String> lacking = new ArrayList<>();
        if (!position.complete()) {
            lacking.add(
                    "it is in the midst of a copy: a part of it is older, and what was deleted meanwhile may still be there");
        }
        if (position.refused() > 0) {
            lacking.add(refused(position));
        }
        return lacking.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", lacking));
    }

    static String refused(Position position) {
        return "it does not take " + position.refused() + " keys, which drkit mirror status names";
    }

    @Override
    public String told(Position position) {
        return "the primary's revision " + position.revision()
                + (position.complete() ? "" : ", in the midst of a copy")
                + (position.refused() == 0 ? "" : ", without " + position.refused() + " keys that it does not take")
                + (position.asOf() == null ? ", of an unknown time" : ", as of " + position.asOf())
                + (age(position.asOf(), position.at(), position.at()).isPresent() || position.asOf() == null
                        ? ""
                        : " by a clock that is ahead of this machine's, so that the RPO is unknown")
                + (position.provedAt() == null ? ", never proved equal" : ", last proved equal " + position.provedAt());
    }
}
