package io.drkit.examples.runbook.platform;

import io.drkit.SiteUnreachableException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that something did not answer: what can go on without does not wait for it again a moment later. At a lost site every question costs its whole
 * deadline. Thread-safe.
 */
final class Silence {

    private static final Duration MOMENT = Duration.ofMinutes(1);

    private volatile @Nullable Unanswered last;

    private record Unanswered(SiteUnreachableException why, long at) {}

    /** Asks. */
    <T> T ask(Supplier<T> question) {
        try {
            T answer = question.get();
            isOver();
            return answer;
        } catch (SiteUnreachableException e) {
            last = new Unanswered(e, System.nanoTime());
            throw e;
        }
    }

    /** An answer was heard, of whatever kind. */
    void isOver() {
        last = null;
    }

    /** @throws SiteUnreachableException when there was no answer a moment ago */
    void requireOver() {
        Unanswered before = last;
        if (before != null && System.nanoTime() - before.at() < MOMENT.toNanos()) {
            throw new SiteUnreachableException(
                    before.why().getMessage() + " That was a moment ago, and it was not asked again.", before.why());
        }
    }
}
