package io.drkit.keystore;

import java.util.List;

/** What a {@link Watch} has to say. */
public sealed interface WatchSignal {

    /**
     * Changes, in order of revision. Revisions are never interleaved.
     *
     * @param continued whether the last event's revision may have more events, which then come in the next {@code Events}
     */
    record Events(List<WatchEvent> events, boolean continued) implements WatchSignal {}

    /** Every change up to {@code revision} has been delivered. Sent only by a store that can be trusted to know (etcd issue 15220). */
    record Progress(long revision) implements WatchSignal {}

    /** The store answered, and says nothing of what it delivered. */
    record Alive() implements WatchSignal {}

    /** Nothing came within the time given. */
    record Idle() implements WatchSignal {}
}
