package io.drkit.dns.powerdns;

/** No reply came: whether the server did what it was sent is unknown. Never leaves this package. */
final class LostReplyException extends Exception {

    private static final long serialVersionUID = 1;

    private final String reason;

    /** @param reason in words that follow "the server" */
    LostReplyException(String reason, Throwable cause) {
        super(reason, cause);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
