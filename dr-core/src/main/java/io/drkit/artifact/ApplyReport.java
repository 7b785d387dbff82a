package io.drkit.artifact;

import java.util.List;

/**
 * What became of each object of an archive, in the order in which they were applied.
 *
 * @param site as messages name it
 * @param dryRun whether this is what would have become of them, and nothing was written
 */
public record ApplyReport(String site, boolean dryRun, List<Outcome> outcomes) {

    /** What becomes of an object. */
    public enum Result {
        CREATED,
        UPDATED,
        /** It is there already, as the archive has it. */
        UNCHANGED,
        /** It is there, and is the whole cluster's to change. */
        SKIPPED,
        /** The site did not take it. */
        FAILED
    }

    /**
     * One object.
     *
     * @param object as it is named at the site
     * @param reason why it was skipped or failed, in a sentence; empty otherwise
     */
    public record Outcome(ObjectName object, Result result, String reason) {}

    public ApplyReport {
        outcomes = List.copyOf(outcomes);
    }

    /** How many objects had this result. */
    public long count(Result result) {
        return outcomes.stream().filter(outcome -> outcome.result() == result).count();
    }

    /** Whether no object failed. */
    public boolean isComplete() {
        return count(Result.FAILED) == 0;
    }
}
