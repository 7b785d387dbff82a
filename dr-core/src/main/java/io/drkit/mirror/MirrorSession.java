package io.drkit.mirror;

import io.drkit.DrException;
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
     * Waits until the mirror ends, whether closed, refused or failed.
     *
     * @return whether it ended within {@code timeout}
     * @throws DrException why it ended, unless it was closed
     */
    boolean awaitEnd(Duration timeout) throws InterruptedException;

    /** Stops promptly, in any state, and releases the lock; the checkpoint stays. Waits for the mirror's thread to end. Idempotent. */
    @Override
    void close();
}
