package io.drkit.runbook;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a step of a run.
 *
 * @param record what its act returned, as JSON; null before
 * @param detail why it was skipped, failed, or could not be undone; what there is to tell of it when it is done; may be empty
 * @param began when it was begun first, and {@code ended} when it came to the state that it has
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record StepRecord(
        String name,
        State state,
        @Nullable JsonNode record,
        String detail,
        @Nullable Instant began,
        @Nullable Instant ended,
        List<Measurement> measurements) {

    /** How far a step is. */
    public enum State {
        WAITING,
        /** Its act may have been called, or may be under way. */
        BEGUN,
        /** Its act has returned; whether that holds was not looked at yet. */
        ACTED,
        DONE,
        SKIPPED,
        /** Its check failed, or it was not confirmed: nothing of it was done. */
        REFUSED,
        /** It may be done in part. */
        FAILED,
        UNDONE,
        /** It is to be undone, and that failed. */
        NOT_UNDONE;

        /** In words. */
        String told() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    public StepRecord {
        // What Jackson reads where there is none.
        record = record == null || record.isNull() ? null : record;
        measurements = List.copyOf(measurements);
    }

    static StepRecord waiting(String name) {
        return new StepRecord(name, State.WAITING, null, "", null, null, List.of());
    }

    /** Whether it may have changed something that is still so. */
    boolean isToBeUndone() {
        return switch (state) {
            case BEGUN, ACTED, DONE, FAILED, NOT_UNDONE -> true;
            case WAITING, SKIPPED, REFUSED, UNDONE -> false;
        };
    }

    /** Whether it is to be looked at before it is begun. */
    boolean isUntouched() {
        return state == State.WAITING || state == State.REFUSED;
    }

    /** Whether nothing is left to do for it, on the way forward. */
    boolean isOver() {
        return state == State.DONE || state == State.SKIPPED;
    }

    StepRecord begun(Instant now) {
        return new StepRecord(name, State.BEGUN, record, "", began == null ? now : began, null, measurements);
    }

    StepRecord acted(JsonNode result, List<Measurement> measured) {
        return new StepRecord(name, State.ACTED, result, "", began, null, measured);
    }

    StepRecord to(State next, String why, Instant now) {
        return new StepRecord(name, next, record, why, began == null ? now : began, now, measurements);
    }
}
