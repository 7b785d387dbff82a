package io.drkit.mirror;

/** How a request to stop a mirror safely came out. */
public sealed interface StopResult {

    StopEvidence evidence();

    /** Whether no mirror of that name runs any more. */
    default boolean isStopped() {
        return this instanceof Stopped;
    }

    /**
     * No mirror of that name runs.
     *
     * @param ran whether one ran before; if not, there was only something to prove
     */
    record Stopped(StopEvidence evidence, boolean ran) implements StopResult {}

    /** It runs on: stopped now it would leave the standby without keys that it needs, or it could not be told whether it would. */
    record Refused(StopEvidence evidence) implements StopResult {}

    /**
     * It was asked, and did not end in time; it was asked no longer then.
     *
     * @param holder who holds the standby's lock, for people
     */
    record StillRunning(StopEvidence evidence, String holder) implements StopResult {}
}
