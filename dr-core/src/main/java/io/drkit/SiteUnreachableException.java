package io.drkit;

import org.jspecify.annotations.Nullable;

/** A site did not answer, or did not let us in; nothing was changed. The next move: put right what the message names, then retry. */
public class SiteUnreachableException extends DrException {

    public SiteUnreachableException(String message) {
        this(message, null);
    }

    public SiteUnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
