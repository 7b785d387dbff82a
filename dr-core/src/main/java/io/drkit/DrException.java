package io.drkit;

import org.jspecify.annotations.Nullable;

/**
 * The root of what DrKit throws. Each kind is named for the caller's next move; the message says what happened, where, and what to do.
 *
 * <p>Messages never hold stored values, passwords or keys, so they may be logged and shown.
 */
public abstract class DrException extends RuntimeException {

    protected DrException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
