package io.drkit.runbook;

import org.jspecify.annotations.Nullable;

/** The run cannot go on, neither forward nor back; the journal has what is known. */
final class StoppedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    StoppedException(String why, @Nullable Throwable cause) {
        super(why, cause);
    }

    /** As a sentence. */
    String why() {
        return String.valueOf(getMessage());
    }
}
