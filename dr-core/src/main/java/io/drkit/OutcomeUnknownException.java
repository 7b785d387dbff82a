package io.drkit;

import org.jspecify.annotations.Nullable;

/** A write was sent and no answer came; it may have happened, or may still happen. The next move: look before you repeat it. */
public class OutcomeUnknownException extends DrException {

    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
