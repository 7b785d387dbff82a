package io.drkit.runbook;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.util.Optional;

/**
 * Where a run is kept, and the right to run: while one is open, nobody else can open it. Each write is durable when it returns. Thread-safe.
 *
 * <p>Throws {@link SiteUnreachableException} when it cannot be read or written and nothing was changed, {@link OutcomeUnknownException} when it may have
 * been, and {@link UnsafeToProceedException} when somebody else has taken the run over.
 */
public interface Journal extends AutoCloseable {

    /** The run that is under way, or was the last. */
    Optional<RunRecord> read();

    /** Replaces it. */
    void write(RunRecord record);

    /** Whether the right to run is still ours, as far as is known. Cheap. */
    boolean isHeld();

    /** Gives the right to run up. Idempotent. */
    @Override
    void close();
}
