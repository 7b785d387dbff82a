package io.drkit.examples.runbook.step;

import io.drkit.SiteUnreachableException;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.BringLevel.Leveled;
import io.drkit.examples.runbook.step.ListLostWrites.Listed;
import io.drkit.examples.runbook.step.Promote.Promoted;
import io.drkit.examples.runbook.step.TakePosition.Position;
import io.drkit.mirror.LostWrites;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.StepContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Lists what the old primary wrote and the new one never had, and measures by it what was lost. Where it cannot be told, for the old one is away say, that
 * holds nothing up: nothing of it is overwritten before it is there again, and listed.
 */
public final class ListLostWrites implements Looks<Listed> {

    private static final int SAMPLE = 20;

    private final Way way;
    private final Rpo rpo;

    /** How old the oldest of them may be, by what earlier steps of the run found. */
    private interface Rpo {

        /** @return empty where it is not this step's to measure */
        Optional<Measurement> of(StepContext context, Listed listed);
    }

    /**
     * What was found.
     *
     * @param known whether it can be told
     * @param why why not, if not
     * @param since the last revision of the old primary that the new one had whole
     * @param first the first keys
     * @param refused how many keys the new primary did not take while it was the standby
     */
    public record Listed(boolean known, String why, long count, long since, List<String> first, long refused) {

        public Listed {
            first = List.copyOf(first);
        }
    }

    private ListLostWrites(Way way, Rpo rpo) {
        this.way = way;
        this.rpo = rpo;
    }

    /** @param way from the old primary to the new one */
    public static ListLostWrites on(Way way) {
        return new ListLostWrites(way, (context, listed) -> Optional.empty());
    }

    /**
     * The same at the end of a failover, and measures: nothing where nothing was written later; else the age of the standby's position when the roles
     * changed, or when the run began if the old primary was silent by then.
     *
     * @param position the step that took it, {@code evidence} the one that looked, and {@code promote} the one that changed the roles
     */
    public static ListLostWrites afterFailover(Way way, String position, String evidence, String promote) {
        return new ListLostWrites(way, (context, listed) -> {
            Instant roles =
                    context.recordOf(promote, Promoted.class).map(Promoted::at).orElseGet(Instant::now);
            boolean silent = !listed.known()
                    && context.recordOf(evidence, Evidence.class)
                            .filter(seen -> seen.with(Evidence.Answer.YES).isEmpty())
                            .isPresent();
            // How old what the standby never took is, nobody knows.
            Optional<Duration> age = context.recordOf(position, Position.class)
                    .filter(taken -> taken.refused() == 0)
                    .flatMap(taken -> TakePosition.age(taken.asOf(), silent ? context.runBegan() : roles, taken.at()));
            return Optional.of(etcd(listed, age));
        });
    }

    /**
     * The same after a planned move, of which nothing should be lost, and measures it.
     *
     * @param proof the step that proved that nothing is missed
     */
    public static ListLostWrites afterPlannedMove(Way way, String proof) {
        return new ListLostWrites(way, (context, listed) -> {
            Instant now = Instant.now();
            Instant proved =
                    context.recordOf(proof, Leveled.class).map(Leveled::at).orElse(null);
            return Optional.of(etcd(listed, listed.known() ? TakePosition.age(proved, now, now) : Optional.empty()));
        });
    }

    private static Measurement etcd(Listed listed, Optional<Duration> age) {
        boolean nothing = listed.known() && listed.count() == 0;
        Optional<Duration> lost = nothing ? Optional.of(Duration.ZERO) : age;
        return Measurement.of(Measurement.Kind.RPO, "etcd", lost.filter(any -> listed.refused() == 0));
    }

    @Override
    public Class<Listed> recordType() {
        return Listed.class;
    }

    @Override
    public Listed act(StepContext context) {
        Listed listed = list();
        rpo.of(context, listed).ifPresent(context::measured);
        return listed;
    }

    private Listed list() {
        try (Way.Pair sites = way.open()) {
            LostWrites lost = LostWrites.on(sites.from(), sites.to(), way.scope(), way.mirror(), SAMPLE);
            if (lost instanceof LostWrites.Known known) {
                List<String> first = known.first().stream()
                        .map(each -> each.key().printable())
                        .toList();
                return new Listed(true, "", known.count(), known.since(), first, known.neverGiven());
            }
            return untold(((LostWrites.Unknown) lost).reason());
        } catch (SiteUnreachableException e) {
            return untold(String.valueOf(e.getMessage()));
        }
    }

    private static Listed untold(String why) {
        return new Listed(false, why, 0, 0, List.of(), 0);
    }

    @Override
    public String told(Listed listed) {
        if (!listed.known()) {
            return "cannot be told now: " + listed.why();
        }
        String counted =
                listed.count() + " keys that " + way.from() + " wrote after revision " + listed.since() + " and "
                        + way.to() + " never had"
                        + (listed.count() == 0
                                ? ""
                                : ": " + String.join(", ", listed.first())
                                        + (listed.count() > listed.first().size() ? ", ..." : ""));
        return listed.refused() == 0
                ? counted
                : counted + "; " + listed.refused() + " more that " + way.to() + " did not take as the standby";
    }
}
