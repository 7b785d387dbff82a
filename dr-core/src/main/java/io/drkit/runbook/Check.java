package io.drkit.runbook;

/** What a step's check says. A step that cannot be done throws instead. */
public sealed interface Check {

    /** It can be done, and is to be. */
    Check GO = new Go("");

    /** @param found what the check saw, for a plan; may be empty */
    record Go(String found) implements Check {}

    /** @param reason why it is not to be done, in this run */
    record Skip(String reason) implements Check {}

    static Check skip(String reason) {
        return new Skip(reason);
    }
}
