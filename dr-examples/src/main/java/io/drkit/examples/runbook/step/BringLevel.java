package io.drkit.examples.runbook.step;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.consistency.Proof;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.BringLevel.Leveled;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus;
import io.drkit.mirror.StopResult;
import io.drkit.runbook.StepContext;
import java.time.Duration;
import java.time.Instant;

/**
 * Mirrors until the destination is level, proves that the two are equal while the mirror still runs, and stops it. The proof is kept there. There is
 * nothing to take back: a standby that is level is as it should be.
 */
public final class BringLevel implements OneWay<Leveled> {

    /** How long it may take. A first copy of a large platform takes minutes. */
    public static final Duration DEADLINE = Duration.ofHours(6);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Way way;
    private final boolean besideAnother;

    /**
     * How it ended.
     *
     * @param revision of the source, that was reached
     * @param keys how many the source has
     * @param setAside how many values of the destination were put into quarantine before they were overwritten
     * @param compared how many keys were found equal
     * @param at what was written to the source before is there
     */
    public record Leveled(long revision, long keys, long setAside, long compared, Instant at) {}

    public BringLevel(Way way) {
        this(way, false);
    }

    private BringLevel(Way way, boolean besideAnother) {
        this.way = way;
        this.besideAnother = besideAnother;
    }

    /** The same, but where a mirror runs already, only its work is proved. */
    public static BringLevel unlessMirrored(Way way) {
        return new BringLevel(way, true);
    }

    @Override
    public Class<Leveled> recordType() {
        return Leveled.class;
    }

    @Override
    public Leveled act(StepContext context) {
        return Interruptible.call("Mirroring", () -> {
            try (Way.Pair sites = way.open()) {
                return besideAnother && RunningMirror.isAt(sites.to(), way.mirror()) ? proved(sites) : mirrored(sites);
            }
        });
    }

    private Leveled mirrored(Way.Pair sites) throws InterruptedException {
        try (MirrorSession session = mirror(sites).start(way.scope())) {
            while (!caughtUp(session)) {
                if (session.status().state() == MirrorStatus.State.WAITING_FOR_LOCK) {
                    throw new UnsafeToProceedException("Another mirror to " + way.to()
                            + " was started meanwhile: stop it, and whatever starts it.");
                }
            }
            return level(sites, session);
        }
    }

    /** What a guard of the mirror refuses, only a person accepts, and no runbook has its options: it says how to go on. */
    private boolean caughtUp(MirrorSession session) throws InterruptedException {
        try {
            return session.awaitCaughtUp(PATIENCE);
        } catch (UnsafeToProceedException e) {
            String why = String.valueOf(e.getMessage());
            throw new UnsafeToProceedException(
                    why.contains("--accept")
                            ? why + " Where that is right, say so once, and go on with this run: drkit mirror --once"
                                    + " --accept ... --config FILE --from " + way.from() + " --to " + way.to()
                                    + " --scope " + way.scope().name()
                            : why);
        }
    }

    private Leveled proved(Way.Pair sites) {
        Instant began = Instant.now();
        ConsistencyReport report = new DefaultConsistencyChecker(sites.from(), sites.to(), CheckerOptions.DEFAULT)
                .check(way.scope(), Level.of(way.scope()));
        if (!(report instanceof ConsistencyReport.Consistent consistent)) {
            throw new UnsafeToProceedException(
                    "The mirror to " + way.to() + " runs, and the two are not proved equal yet. See drkit check.");
        }
        Proof.keep(sites.to(), way.scope(), consistent, Instant.now());
        long compared = report.comparison().compared();
        return new Leveled(report.comparison().sourceRevision(), compared, 0, compared, began);
    }

    private DefaultKeyMirror mirror(Way.Pair sites) {
        return new DefaultKeyMirror(
                sites.from(),
                sites.to(),
                MirrorOptions.builder().name(way.mirror()).build());
    }

    private Leveled level(Way.Pair sites, MirrorSession session) {
        Instant began = Instant.now();
        StopResult stopped = session.stopSafely(
                new DefaultConsistencyChecker(sites.from(), sites.to(), CheckerOptions.DEFAULT), false);
        ConsistencyReport report = stopped.evidence()
                .report()
                .orElseThrow(() -> new SiteUnreachableException("Whether " + way.to() + " is level was not told."));
        if (!stopped.isStopped()) {
            throw new UnsafeToProceedException(way.to() + " is not proved to lack nothing: "
                    + report.comparison().total().missed() + " keys missed, "
                    + report.comparison().total().changed() + " changed. See drkit check, and drkit mirror status for"
                    + " keys that " + way.to() + " does not take.");
        }
        if (report instanceof ConsistencyReport.Consistent consistent) {
            Proof.keep(sites.to(), way.scope(), consistent, Instant.now());
        }
        MirrorStatus status = session.status();
        return new Leveled(
                status.appliedRevision(),
                status.keys(),
                status.setAside(),
                report.comparison().compared(),
                began);
    }

    @Override
    public String told(Leveled level) {
        return way.to() + " lacks nothing of " + way.from() + "'s revision " + level.revision() + ": "
                + level.compared() + " keys compared"
                + (level.setAside() == 0 ? "" : ", " + level.setAside() + " values set aside in quarantine");
    }
}
