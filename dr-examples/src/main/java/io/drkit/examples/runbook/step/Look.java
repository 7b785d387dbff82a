package io.drkit.examples.runbook.step;

import io.drkit.runbook.Check;
import io.drkit.runbook.StepContext;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks at one thing, tells what it found, and throws when that is wanting. A dry run looks too, and then it changes nothing. */
public final class Look implements Looks<Look.Found> {

    private final @Nullable Looking looking;
    private final String reason;
    private final boolean notes;

    /** @param what it found, in a few words */
    public record Found(String what) {}

    /** The look itself. It changes nothing in a dry run. */
    @FunctionalInterface
    public interface Looking {
        String look(StepContext context) throws InterruptedException;
    }

    private Look(@Nullable Looking looking, String reason, boolean notes) {
        this.looking = looking;
        this.reason = reason;
        this.notes = notes;
    }

    public static Look at(Looking looking) {
        return new Look(looking, "", false);
    }

    /** Looks, and notes what it found on a site, but for a dry run. */
    public static Look noting(Looking looking) {
        return new Look(looking, "", true);
    }

    /** Looks at a part of the platform where it is configured, and is skipped with {@code reason} where it is not. */
    public static <T> Look at(Optional<T> part, String reason, Function<T, Looking> looking) {
        return part.map(given -> at(looking.apply(given))).orElseGet(() -> new Look(null, reason, false));
    }

    @Override
    public Class<Found> recordType() {
        return Found.class;
    }

    @Override
    public boolean onlyLooks() {
        return !notes;
    }

    @Override
    public Check check(StepContext context) {
        if (looking == null) {
            return Check.skip(reason);
        }
        return context.isDryRun() ? new Check.Go(act(context).what()) : Check.GO;
    }

    @Override
    public Found act(StepContext context) {
        Looking given = looking;
        if (given == null) {
            throw new IllegalStateException("It is skipped.");
        }
        return new Found(Interruptible.call("The look", () -> given.look(context)));
    }

    @Override
    public String told(Found found) {
        return found.what();
    }
}
