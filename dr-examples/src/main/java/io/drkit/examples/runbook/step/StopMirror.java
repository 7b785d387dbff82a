package io.drkit.examples.runbook.step;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyChecker;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.consistency.RepairReport;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.LookAtMirror.Running;
import io.drkit.examples.runbook.step.StopMirror.Stopped;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.SafeStop;
import io.drkit.mirror.StopOptions;
import io.drkit.mirror.StopResult;
import io.drkit.runbook.Step;
import io.drkit.runbook.StepContext;
import java.time.Duration;
import java.util.Optional;

/** Stops the mirror in whatever process it runs: with a proof that the standby lacks nothing, or, where the primary is lost, whatever can be proved. */
public final class StopMirror implements Step<Stopped> {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Way way;
    private final boolean forced;
    private final String before;

    /**
     * What came of it.
     *
     * @param ran whether one ran
     * @param proved whether the two sites were found equal
     * @param why why not, if not
     */
    public record Stopped(boolean ran, boolean proved, String why) {}

    private StopMirror(Way way, boolean forced, String before) {
        this.way = way;
        this.forced = forced;
        this.before = before;
    }

    /**
     * With a proof, or not at all.
     *
     * @param before the step that looked
     */
    public static StopMirror safely(Way way, String before) {
        return new StopMirror(way, false, before);
    }

    /** In any case: the primary may be gone. */
    public static StopMirror whateverIsProved(Way way, String before) {
        return new StopMirror(way, true, before);
    }

    @Override
    public Class<Stopped> recordType() {
        return Stopped.class;
    }

    @Override
    public Stopped act(StepContext context) {
        StopResult result = Interruptible.call("Stopping the mirror", this::stop);
        if (result instanceof StopResult.StillRunning running) {
            throw new UnsafeToProceedException("The mirror to " + way.to() + " was asked to stop and still runs, by "
                    + running.holder() + ": end its process.");
        }
        if (!result.isStopped() && !runs()) {
            // There is nothing to stop, and what is missed comes with the next mirror.
            return new Stopped(false, false, "");
        }
        if (!result.isStopped()) {
            throw new UnsafeToProceedException("The mirror to " + way.to()
                    + " is not stopped, for it is not proved that " + way.to() + " lacks nothing: see drkit check.");
        }
        return new Stopped(
                result instanceof StopResult.Stopped stopped && stopped.ran(),
                result.evidence().provesEquality(),
                result.evidence().unreachable().orElse(""));
    }

    private boolean runs() {
        try (KeyStore standby = way.to().open()) {
            return RunningMirror.isAt(standby, way.mirror());
        }
    }

    private StopResult stop() throws InterruptedException {
        KeyStore primary;
        try {
            primary = forced ? way.from().openUnlessSilent() : way.from().open();
        } catch (SiteUnreachableException e) {
            if (!forced) {
                throw e;
            }
            try (KeyStore standby = way.to().open()) {
                return stop(new NothingToCompareWith(e), standby);
            }
        }
        primary.close();
        try (Way.Pair sites = way.open()) {
            return stop(new DefaultConsistencyChecker(sites.from(), sites.to(), CheckerOptions.DEFAULT), sites.to());
        }
    }

    private StopResult stop(ConsistencyChecker checker, KeyStore standby) throws InterruptedException {
        StopOptions options =
                StopOptions.builder().name(way.mirror()).patience(PATIENCE).build();
        return new SafeStop(checker, standby, options).stop(way.scope(), forced);
    }

    @Override
    public String told(Stopped record) {
        return (record.ran() ? "it ran, and is stopped" : "none ran")
                + (record.proved() ? "; the sites were proved equal" : "");
    }

    /** A mirror is a process of its own, which only whoever runs it starts again. */
    @Override
    public void undo(StepContext context, Optional<Stopped> record) {
        boolean ran =
                context.recordOf(before, Running.class).filter(Running::runs).isPresent();
        if (ran || record.filter(Stopped::ran).isPresent()) {
            context.tell("the mirror from " + way.from() + " to " + way.to()
                    + " was stopped and is not started by this: start it again (drkit mirror)");
        }
    }

    /** Where the primary is gone, and the mirror is to end all the same. */
    private record NothingToCompareWith(SiteUnreachableException why) implements ConsistencyChecker {

        @Override
        public ConsistencyReport check(MirrorScope scope, Level level) {
            throw why;
        }

        @Override
        public RepairReport repair(MirrorScope scope, boolean deleteSurplus) {
            throw why;
        }
    }
}
