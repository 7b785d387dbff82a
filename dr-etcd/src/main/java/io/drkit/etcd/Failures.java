package io.drkit.etcd;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.FutureRevisionException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** What etcd's errors mean here. etcd tells many of them apart by text only. */
final class Failures {

    private Failures() {}

    static boolean mentions(StatusRuntimeException e, String text) {
        String description = e.getStatus().getDescription();
        return description != null && description.contains(text);
    }

    /** Refused before anything was done, for want of a valid token: to be sent again with a new one. */
    static boolean tokenRefused(StatusRuntimeException e) {
        return mentions(e, "invalid auth token") || mentions(e, "revision of auth store is old");
    }

    /** Whether another member may do better. */
    static boolean isOfThisEndpoint(StatusRuntimeException e) {
        return switch (e.getStatus().getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, UNKNOWN, INTERNAL -> true;
            default -> false;
        };
    }

    static boolean isTooLargeAnAnswer(StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
                && (mentions(e, "exceeds maximum size") || mentions(e, "larger than max"));
    }

    /** The exception for a read that {@code endpoint} answered with an error, or did not answer. */
    static DrException ofRead(StatusRuntimeException e, String where) {
        if (mentions(e, "required revision has been compacted")) {
            return new CompactedException("The revision asked of etcd " + where + " was compacted away.", 0);
        }
        if (mentions(e, "future revision")) {
            return new FutureRevisionException("etcd " + where
                    + " has not reached the revision asked for: it was restored, or is another etcd than before.");
        }
        if (mentions(e, "too many operations")) {
            throw tooFewOperations(e, where);
        }
        return new SiteUnreachableException(sentence(e, where), e);
    }

    private static IllegalArgumentException tooFewOperations(StatusRuntimeException e, String where) {
        return new IllegalArgumentException(
                "etcd " + where + " takes fewer operations in a transaction than the default of 128, which DrKit needs:"
                        + " start it with --max-txn-ops=128 or more.",
                e);
    }

    /** What an error that answered a transaction means. */
    static CommitResult ofCommit(StatusRuntimeException e, String where) {
        if (mentions(e, "request is too large") || isTooLargeAnAnswer(e)) {
            return new CommitResult.TooLarge(
                    "etcd " + where + " does not take a request of this size (--max-request-bytes).");
        }
        if (mentions(e, "database space exceeded")) {
            return new CommitResult.OutOfSpace(
                    "etcd " + where
                            + " has used up its space quota: compact, defragment and disarm the alarm, or raise --quota-backend-bytes.");
        }
        switch (e.getStatus().getCode()) {
            case INVALID_ARGUMENT -> {
                if (mentions(e, "user name is empty") || tokenRefused(e)) {
                    throw new SiteUnreachableException(sentence(e, where), e);
                }
                if (mentions(e, "too many operations")) {
                    throw tooFewOperations(e, where);
                }
                throw new IllegalArgumentException("etcd " + where + " refused the transaction: " + text(e), e);
            }
            case NOT_FOUND,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED,
                    FAILED_PRECONDITION,
                    UNIMPLEMENTED,
                    RESOURCE_EXHAUSTED -> throw new SiteUnreachableException(sentence(e, where), e);
            default ->
                throw new OutcomeUnknownException(
                        "No answer came from etcd " + where
                                + " to a transaction that was sent; it may have been done. (" + text(e) + ")",
                        e);
        }
    }

    static String sentence(StatusRuntimeException e, String where) {
        if (Thread.currentThread().isInterrupted()) {
            return "The call to etcd " + where + " was interrupted.";
        }
        if (mentions(e, "authentication failed")) {
            return "etcd " + where + " refused user or password.";
        }
        if (mentions(e, "user name is empty")) {
            return "etcd " + where + " requires a user and a password, and none was given.";
        }
        if (mentions(e, "lease not found")) {
            return "The lease has expired at etcd " + where + "; nothing was written.";
        }
        return switch (e.getStatus().getCode()) {
            case PERMISSION_DENIED -> "etcd " + where + " does not permit this to the user: grant it a role that does.";
            case UNAUTHENTICATED -> "etcd " + where + " does not accept the log-in: " + text(e) + ".";
            case DEADLINE_EXCEEDED ->
                "etcd " + where + " accepted the connection, but did not answer within the deadline.";
            default -> "etcd " + where + " failed: " + text(e) + ".";
        };
    }

    private static String text(StatusRuntimeException e) {
        String description = e.getStatus().getDescription();
        Throwable cause = e.getStatus().getCause();
        return (description == null ? e.getStatus().getCode().toString() : description.replace("etcdserver: ", ""))
                + (cause == null ? "" : ": " + cause.getMessage());
    }
}
