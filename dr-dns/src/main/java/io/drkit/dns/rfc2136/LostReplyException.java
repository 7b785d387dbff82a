package io.drkit.dns.rfc2136;

import org.jspecify.annotations.Nullable;

/** No reply that can be trusted came: whether the server did what it was sent is unknown. Never leaves this package. */
final class LostReplyException extends Exception {

    private static final long serialVersionUID = 1;

    private final String reason;

    /** @param reason in words that follow "the server": what happened instead of a reply */
    LostReplyException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
        this.reason = reason;
    }

    /** In words that follow "the server". */
    String reason() {
        return reason;
    }
}
