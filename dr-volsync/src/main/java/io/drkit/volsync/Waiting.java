package io.drkit.volsync;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks again and again until something is there, and says what it waited for when it was not. */
final class Waiting {

    private final Duration poll;

    Waiting(Duration poll) {
        this.poll = poll;
    }

    /**
     * @param look what is waited for; null while it is not there. A site that does not answer meanwhile is asked again
     * @param missing what to say when the time is over
     */
    <T> T until(Duration timeout, Supplier<@Nullable T> look, Supplier<String> missing) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            SiteUnreachableException silent = null;
            try {
                T found = look.get();
                if (found != null) {
                    return found;
                }
            } catch (SiteUnreachableException e) {
                silent = e;
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new OutcomeUnknownException(
                        "After " + timeout.toSeconds() + " s "
                                + (silent == null ? missing.get() : String.valueOf(silent.getMessage())),
                        silent);
            }
            try {
                Thread.sleep(Math.max(
                        1, Math.min(poll.toMillis(), Duration.ofNanos(left).toMillis())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new OutcomeUnknownException("Interrupted while it waited: " + missing.get(), e);
            }
        }
    }
}
