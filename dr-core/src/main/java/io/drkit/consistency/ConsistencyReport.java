package io.drkit.consistency;

/** The verdict of a check, with the figures it rests on. */
public sealed interface ConsistencyReport {

    Comparison comparison();

    default boolean isConsistent() {
        return this instanceof Consistent;
    }

    /** The two sides are equal. */
    record Consistent(Comparison comparison) implements ConsistencyReport {}

    /** They differ, and not merely because the mirror is on its way. */
    record Diverged(Comparison comparison) implements ConsistencyReport {}

    /** It could not be told, and why: a mirror was in the middle of a copy or too far behind, say. What was seen is in the comparison. */
    record Inconclusive(String reason, Comparison comparison) implements ConsistencyReport {}
}
