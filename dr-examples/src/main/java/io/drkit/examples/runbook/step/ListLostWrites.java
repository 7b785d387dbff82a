package io.drkit.examples.runbook.step;

import io.drkit.SiteUnreachableException;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.ListLostWrites.Listed;
import io.drkit.mirror.LostWrites;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.StepContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Lists what the old primary wrote and the new one never had. Where it does not answer, that is told: failback lists them when it is back. */
public final class ListLostWrites implements OneWay<Listed> {

    private static final int SAMPLE = 20;

    private final Way way;
    private final boolean planned;

    /**
     * What was found.
     *
     * @param known whether it can be told
     * @param why why not, if not
     * @param since the last revision of the old primary that the new one had whole
     * @param first the first keys
     */
    public record Listed(boolean known, String why, long count, long since, List<String> first) {

        public Listed {
            first = List.copyOf(first);
        }
    }

    private ListLostWrites(Way way, boolean planned) {
        this.way = way;
        this.planned = planned;
    }

    /** @param way from the old primary to the new one */
    public static ListLostWrites on(Way way) {
        return new ListLostWrites(way, false);
    }

    /** The same after a planned move, of which nothing should be lost: that is measured. */
    public static ListLostWrites afterPlannedMove(Way way) {
        return new ListLostWrites(way, true);
    }

    @Override
    public Class<Listed> recordType() {
        return Listed.class;
    }

    @Override
    public Listed act(StepContext context) {
        try (Way.Pair sites = way.open()) {
            LostWrites lost = LostWrites.on(sites.from(), sites.to(), way.scope(), way.mirror(), SAMPLE);
            if (lost instanceof LostWrites.Known known) {
                measure(context, known);
                return new Listed(
                        true,
                        "",
                        known.count(),
                        known.since(),
                        known.first().stream()
                                .map(each -> each.key().printable())
                                .toList());
            }
            return untold(((LostWrites.Unknown) lost).reason());
        } catch (SiteUnreachableException e) {
            if (planned) {
                throw e;
            }
            return untold(String.valueOf(e.getMessage()));
        }
    }

    private static Listed untold(String why) {
        return new Listed(false, why, 0, 0, List.of());
    }

    /** The proof of equality was made within this run; what came after it is at most as old as the run. */
    private void measure(StepContext context, LostWrites.Known known) {
        if (planned) {
            Duration most = known.count() == 0
                    ? Duration.ZERO
                    : TakePosition.age(context.runBegan(), Clock.systemUTC().instant());
            context.measured(new Measurement(Measurement.Kind.RPO, "etcd", most));
        }
    }

    @Override
    public String told(Listed listed) {
        if (!listed.known()) {
            return "cannot be told now; failback lists them: " + listed.why();
        }
        return listed.count() + " keys that " + way.from() + " wrote after revision " + listed.since() + " and "
                + way.to() + " never had"
                + (listed.count() == 0
                        ? ""
                        : ": " + listed.first().stream().collect(Collectors.joining(", "))
                                + (listed.count() > listed.first().size() ? ", ..." : ""));
    }
}
