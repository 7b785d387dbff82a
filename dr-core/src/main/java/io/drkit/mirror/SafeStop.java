package io.drkit.mirror;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.ConsistencyChecker;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.MirrorLock.Holder;
import io.drkit.mirror.StopResult.Refused;
import io.drkit.mirror.StopResult.StillRunning;
import io.drkit.mirror.StopResult.Stopped;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Stops a mirror that runs in whatever process, once the standby is proved to lack nothing. While keys are missed there the running mirror is
 * what brings them back; without it the standby's garbage collector deletes their dependents for good.
 *
 * <p>The session is asked by a key on the standby ({@code /drkit/mirror/NAME/stop}) that it looks for several times a second, whatever the
 * primary does; it then writes its last checkpoint, releases the lock, and ends as if closed. Sessions that waited for the lock are asked in
 * their turn. Idempotent. One that holds a {@link MirrorSession} itself calls {@link MirrorSession#stopSafely}.
 */
public final class SafeStop {

    private static final Duration POLL = Duration.ofMillis(200);
    /** A session that waits for the lock has taken it after this time. */
    private static final Duration FREE = Duration.ofSeconds(1);

    private final ConsistencyChecker checker;
    private final KeyStore standby;
    private final StopOptions options;

    /** @param checker of the primary and {@code standby}; neither is closed by this */
    public SafeStop(ConsistencyChecker checker, KeyStore standby, StopOptions options) {
        this.checker = checker;
        this.standby = standby;
        this.options = options;
    }

    public SafeStop(ConsistencyChecker checker, KeyStore standby) {
        this(checker, standby, StopOptions.defaults());
    }

    /**
     * Proves, and then stops.
     *
     * @param scope the mirror's
     * @param force whether to stop even if keys are missed, it cannot be told, or the primary cannot be reached; what was found is told all the
     *     same
     * @throws UnsafeToProceedException when the mirror is of another scope, and {@code force} is not given: the proof would not be enough
     * @throws SiteUnreachableException when a site cannot be reached: the standby, or the primary where {@code force} is not given
     */
    public StopResult stop(MirrorScope scope, boolean force) throws InterruptedException {
        if (!force) {
            refuseOtherScope(scope);
        }
        StopEvidence evidence = StopEvidence.gather(checker, standby, scope, options.sampleSize(), force);
        return force || evidence.allowsStop() ? end(evidence) : new Refused(evidence);
    }

    private void refuseOtherScope(MirrorScope scope) {
        MirrorRecord.read(standby, options.name())
                .map(record -> record.checkpoint().scope())
                .filter(mirrored -> !mirrored.equals(scope.name()))
                .ifPresent(mirrored -> {
                    throw new UnsafeToProceedException("Mirror " + options.name() + " to " + standby.name()
                            + " is of scope " + mirrored + ", not " + scope.name() + ". Name its scope, or force it.");
                });
    }

    private StopResult end(StopEvidence evidence) throws InterruptedException {
        long began = options.ticker().nanoTime();
        long lastHeld = began;
        String asked = "";
        Optional<Holder> holder = holder();
        boolean ran = holder.isPresent();
        while (holder.isPresent() || (ran && since(lastHeld).compareTo(FREE) < 0)) {
            if (holder.isPresent()) {
                lastHeld = options.ticker().nanoTime();
                if (since(began).compareTo(options.patience()) > 0) {
                    StopRequest.withdraw(standby, options.name());
                    return new StillRunning(
                            evidence,
                            holder.get().holder() + ", since " + holder.get().since());
                }
                if (!asked.equals(holder.get().session())) {
                    asked = ask(holder.get().session()) ? holder.get().session() : asked;
                }
            }
            options.ticker().await(new CountDownLatch(1), POLL);
            holder = holder();
        }
        StopRequest.withdraw(standby, options.name());
        return new Stopped(evidence, ran);
    }

    /** Whether the answer came. */
    private boolean ask(String session) {
        try {
            StopRequest.make(standby, options.name(), session);
            return true;
        } catch (OutcomeUnknownException e) {
            return false;
        }
    }

    private Optional<Holder> holder() {
        return MirrorLock.holder(standby).filter(holder -> holder.mirror().equals(options.name()));
    }

    private Duration since(long nanoTime) {
        return Duration.ofNanos(options.ticker().nanoTime() - nanoTime);
    }
}
