package io.drkit.mirror;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.consistency.ConsistencyChecker;
import java.time.Duration;

/** One running mirror. Thread-safe. */
public interface MirrorSession extends AutoCloseable {

    /** How the mirror stands now. Never blocks. */
    MirrorStatus status();

    /**
     * Waits until the standby holds everything that the primary held when this was called; where the standby's control plane is alive, also until
     * nothing there had to be put right for a second. A mirror that retries, waits for the lock or for
     * space is waited for.
     *
     * @return whether it did within {@code timeout}
     * @throws DrException why the mirror ended, if it ended
     */
    boolean awaitCaughtUp(Duration timeout) throws InterruptedException;

    /**
     * Waits until the mirror ends, whether closed, asked to stop by a {@link SafeStop}, refused or failed.
     *
     * @return whether it ended within {@code timeout}
     * @throws DrException why it ended, unless it was closed or asked to stop
     */
    boolean awaitEnd(Duration timeout) throws InterruptedException;

    /**
     * Closes this session once the standby is proved to lack nothing; {@link SafeStop} says why. A session that has ended already is only proved.
     *
     * @param checker of the two sites that this session mirrors
     * @param force whether to close it whatever the proof says; what was found is told all the same
     * @return {@link StopResult.Stopped}, or {@link StopResult.Refused} and the mirror runs on
     * @throws SiteUnreachableException when a site cannot be reached: the standby, or the primary where {@code force} is not given
     */
    StopResult stopSafely(ConsistencyChecker checker, boolean force);

    /** Stops promptly, in any state, and releases the lock; the checkpoint stays. Waits for the mirror's thread to end. Idempotent. */
    @Override
    void close();
}
