package io.drkit.keystore;

import io.drkit.SiteUnreachableException;
import java.time.Duration;

/**
 * A stream of the changes of a range, pulled by its reader: what is not pulled is held back at the server, not buffered here without bound.
 *
 * <p>It never resumes by itself. Once {@link #next} has thrown, the watch is over; the reader opens another from its own cursor. For one
 * thread at a time, except {@link #close}.
 */
public interface Watch extends AutoCloseable {

    /**
     * The next signal, in order; no event is lost, repeated or reordered within one watch.
     *
     * @throws CompactedException when the changes asked for were compacted away
     * @throws SiteUnreachableException when the stream ended in any other way
     */
    WatchSignal next(Duration timeout) throws InterruptedException;

    /** Asks the store to say that it is there, and how far it has delivered: a {@link WatchSignal.Progress} or {@link WatchSignal.Alive}. */
    void requestProgress();

    /** Ends the watch. Idempotent, does not wait and does not throw. */
    @Override
    void close();
}
