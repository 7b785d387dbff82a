package io.drkit.node;

import java.time.Duration;

/** What is left of the time that several commands share. */
final class Deadline {

    private final long end;

    Deadline(Duration duration) {
        this.end = System.nanoTime() + duration.toNanos();
    }

    /** At least a millisecond, so that what comes late fails at the node's access, which can say why. */
    Duration left() {
        return Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
    }
}
