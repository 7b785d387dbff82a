package io.drkit.mirror;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.ConsistencyChecker;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.FutureRevisionException;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.site.SiteFullException;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a mirror: one {@link MirrorRun} after another, with growing pauses, until it is closed or refused. A second one listens for the request
 * to stop, for the first may be waiting for a primary that does not answer: just then it is to stop.
 */
final class DefaultMirrorSession implements MirrorSession {

    private static final Logger log = LoggerFactory.getLogger(DefaultMirrorSession.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    /** A run that lasted this long had got over the faults before it. */
    private static final Duration STABLE = Duration.ofSeconds(30);
    /** For so long nothing on a living standby must have had to be put right. */
    private static final Duration SETTLED = Duration.ofSeconds(1);
    /** How long a call that is under way may go on after {@link #close}, before it is interrupted. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final Duration LISTENING = Duration.ofMillis(250);

    private final KeyStore source;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final Progress progress;
    private final SessionState state;
    private final Ticker ticker;
    private final IntervalFunction backoff;
    private final Thread thread;
    private final Thread listener;
    private volatile @Nullable RuntimeException end;

    DefaultMirrorSession(KeyStore source, KeyStore standby, MirrorScope scope, MirrorOptions options) {
        this.source = source;
        this.standby = standby;
        this.scope = scope;
        this.progress = new Progress(options.clock(), options.ticker());
        this.state = new SessionState(
                options,
                progress,
                new MirrorLock(standby, options),
                new ShrinkGuard(source, standby, scope, options),
                new StandbyCompaction(standby, options));
        this.ticker = options.ticker();
        this.backoff = IntervalFunction.ofExponentialBackoff(FIRST_PAUSE, 2, options.maxBackoff());
        this.thread = new Thread(this::work, "drkit-mirror-" + options.name());
        this.thread.setDaemon(true);
        this.listener = new Thread(this::listen, "drkit-mirror-" + options.name() + "-stop");
        this.listener.setDaemon(true);
    }

    void begin() {
        thread.start();
        listener.start();
    }

    private void listen() {
        try {
            while (!state.isStopping()) {
                if (isAskedToStop()) {
                    close();
                }
                state.pause(LISTENING);
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private boolean isAskedToStop() {
        try {
            return StopRequest.obey(
                    standby, state.options().name(), state.lock().session());
        } catch (RuntimeException e) {
            log.debug("Whether the mirror is asked to stop cannot be read: {}", e.getMessage());
            return false;
        }
    }

    /** All that the session does, in the calling thread. */
    void work() {
        State last = State.STOPPED;
        try {
            runUntilStopped();
        } catch (UnsafeToProceedException e) {
            log.error("Mirror refused: {}", e.getMessage());
            last = fail(e, State.REFUSED);
        } catch (InterruptedException e) {
            // closed
        } catch (RuntimeException e) {
            if (!state.isStopping()) {
                log.error("Mirror failed", e);
                last = fail(e, State.FAILED);
            }
        } catch (Error e) {
            last = fail(new IllegalStateException("The mirror's thread died: " + e, e), State.FAILED);
            throw e;
        } finally {
            Thread.interrupted();
            state.stop();
            try {
                closeLock();
            } finally {
                progress.state(last);
            }
        }
    }

    private State fail(RuntimeException e, State last) {
        progress.failed(String.valueOf(e.getMessage()));
        end = e;
        return last;
    }

    private void closeLock() {
        try {
            state.lock().close();
        } catch (RuntimeException e) {
            log.warn("The lock on {} was not released and will expire by itself: {}", standby.name(), e.getMessage());
        }
    }

    private void runUntilStopped() throws InterruptedException {
        int attempt = 0;
        while (!state.isStopping()) {
            long began = ticker.nanoTime();
            State meanwhile;
            try {
                new MirrorRun(source, standby, scope, state).run();
                continue;
            } catch (SiteFullException e) {
                meanwhile = retryAfter(e, State.STANDBY_FULL);
            } catch (RestartException
                    | SiteUnreachableException
                    | OutcomeUnknownException
                    | CompactedException
                    | FutureRevisionException e) {
                meanwhile = retryAfter(e, State.RECONNECTING);
            }
            attempt = ticker.nanoTime() - began > STABLE.toNanos() ? 1 : attempt + 1;
            progress.state(meanwhile);
            state.pause(Duration.ofMillis(backoff.apply(attempt)));
        }
    }

    private State retryAfter(DrException e, State meanwhile) {
        if (!state.isStopping()) {
            log.warn("Mirror interrupted, trying again: {}", e.getMessage());
            progress.failed(String.valueOf(e.getMessage()));
        }
        return meanwhile;
    }

    @Override
    public MirrorStatus status() {
        return progress.status();
    }

    @Override
    public boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (System.nanoTime() - deadline < 0) {
            throwIfEnded();
            try {
                long target = source.revision();
                state.want(target);
                if (!progress.await(target, Duration.ofNanos(deadline - System.nanoTime()))) {
                    return false;
                }
                throwIfEnded();
                return awaitSettled(deadline);
            } catch (SiteUnreachableException e) {
                awaitEnd(Duration.ofMillis(100));
            }
        }
        return false;
    }

    /** Controllers of a living standby answer to what they are given: level is what stays level for a moment. */
    private boolean awaitSettled(long deadline) throws InterruptedException {
        while (scope.standbyIsAlive() && progress.settledFor().compareTo(SETTLED) < 0) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(SETTLED.toMillis() / 10);
            throwIfEnded();
        }
        return true;
    }

    @Override
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
        boolean ended = progress.await(Long.MAX_VALUE, timeout);
        RuntimeException why = end;
        if (ended && why != null) {
            throw why;
        }
        return ended;
    }

    private void throwIfEnded() {
        State now = progress.state();
        RuntimeException why = end;
        if (now.isEnd()) {
            throw why != null ? why : new IllegalStateException("the mirror session was closed");
        }
    }

    @Override
    public StopResult stopSafely(ConsistencyChecker checker, boolean force) {
        int sample = StopOptions.defaults().sampleSize();
        StopEvidence evidence = StopEvidence.gather(checker, standby, scope, sample, force);
        if (!force && !evidence.allowsStop()) {
            return new StopResult.Refused(evidence);
        }
        boolean ran = !progress.state().isEnd();
        close();
        return new StopResult.Stopped(evidence, ran);
    }

    /** Asks for the end, and does not wait for it. */
    void stop() {
        state.stop();
    }

    @Override
    public void close() {
        stop();
        end(thread);
        if (Thread.currentThread() != listener) {
            end(listener);
        }
    }

    /** Waits for its end, whatever it waits for. */
    private static void end(Thread thread) {
        boolean interrupted = false;
        for (Duration patience = GRACE; thread.isAlive(); patience = Duration.ofSeconds(5)) {
            try {
                thread.join(patience.toMillis());
                if (thread.isAlive()) {
                    thread.interrupt();
                }
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
