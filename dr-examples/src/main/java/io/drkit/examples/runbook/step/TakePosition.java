package io.drkit.examples.runbook.step;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.Proof;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.TakePosition.Position;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.MirrorRecord;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.StepContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far the standby is, by its own records: the RPO if the primary were lost when the run began. It is an upper bound, by the clock of the machine that
 * mirrored; nothing is measured where the checkpoint does not tell.
 */
public final class TakePosition implements OneWay<Position> {

    private final Way way;

    /**
     * The standby's position.
     *
     * @param revision the primary's, that the standby equals
     * @param complete whether it does so for all of the scope: false in the midst of a copy
     * @param asOf everything that the primary acknowledged before is there; null when that is unknown
     * @param provedAt when the two were last proved equal; null for never
     */
    public record Position(
            long revision,
            boolean complete,
            @Nullable Instant asOf,
            @Nullable Instant provedAt) {}

    public TakePosition(Way way) {
        this.way = way;
    }

    @Override
    public Class<Position> recordType() {
        return Position.class;
    }

    @Override
    public Position act(StepContext context) {
        try (KeyStore standby = way.to().open()) {
            Position position = of(standby, way);
            if (position.asOf() != null) {
                context.measured(
                        new Measurement(Measurement.Kind.RPO, "etcd", age(position.asOf(), context.runBegan())));
            }
            return position;
        }
    }

    /** Never negative, for clocks differ. */
    static Duration age(Instant asOf, Instant now) {
        Duration age = Duration.between(asOf, now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** @throws UnsafeToProceedException when no mirror of that name ever wrote there */
    static Position of(KeyStore standby, Way way) {
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
                checkpoint.knownAsOf().orElse(null),
                proved.orElse(null));
    }

    /** What is wrong with it, that a person would have to accept. */
    public static Optional<String> risk(Position position) {
        return position.complete()
                ? Optional.empty()
                : Optional.of("the standby is in the midst of a copy: a part of it is older, and what was deleted"
                        + " meanwhile may still be there");
    }

    @Override
    public String told(Position position) {
        return "the primary's revision " + position.revision()
                + (position.complete() ? "" : ", in the midst of a copy")
                + (position.asOf() == null ? ", of an unknown time" : ", as of " + position.asOf())
                + (position.provedAt() == null ? ", never proved equal" : ", last proved equal " + position.provedAt());
    }
}
