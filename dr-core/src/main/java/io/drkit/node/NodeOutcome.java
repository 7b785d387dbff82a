package io.drkit.node;

/**
 * What became of a task on one node of a {@link NodeGroup}.
 *
 * @param <T> what the task gives
 */
public sealed interface NodeOutcome<T> {

    /** The node's {@linkplain NodeAccess#name name}. */
    String node();

    /** Whether it went well: whether this is {@link Done}. */
    default boolean isDone() {
        return this instanceof Done;
    }

    /** It went well, and gave {@code value}. */
    record Done<T>(String node, T value) implements NodeOutcome<T> {}

    /** It ended with {@code failure}, most likely one of {@link io.drkit.DrException}'s kinds. */
    record Failed<T>(String node, RuntimeException failure) implements NodeOutcome<T> {}
}
