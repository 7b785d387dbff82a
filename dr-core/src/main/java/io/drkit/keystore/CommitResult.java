package io.drkit.keystore;

/** The expected answers to a {@link Transaction}. */
public sealed interface CommitResult {

    /** All operations were done, in {@code revision}. */
    record Committed(long revision) implements CommitResult {}

    /** Some guard did not hold, as of {@code revision}; nothing was done. */
    record GuardFailed(long revision) implements CommitResult {}

    /** The store does not take a request of this size; nothing was done. */
    record TooLarge(String message) implements CommitResult {}

    /** The store's space quota is used up; nothing was done. */
    record OutOfSpace(String message) implements CommitResult {}
}
