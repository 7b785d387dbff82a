package io.drkit.examples.runbook.platform;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
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

    private record Unanswered(DrException why, long at) {}

    /** Asks. */
    <T> T ask(Supplier<T> question) {
        try {
            T answer = question.get();
            last = null;
            return answer;
        } catch (SiteUnreachableException | OutcomeUnknownException e) {
            last = new Unanswered(e, System.nanoTime());
            throw e;
        }
    }

    /**
     * Asks, unless there was no answer a moment ago.
     *
     * @throws SiteUnreachableException when it was not asked
     */
    <T> T askUnlessSilent(Supplier<T> question) {
        Unanswered before = last;
        if (before != null && System.nanoTime() - before.at() < MOMENT.toNanos()) {
            throw new SiteUnreachableException(
                    before.why().getMessage() + " That was a moment ago, and it was not asked again.", before.why());
        }
        return ask(question);
    }
}
