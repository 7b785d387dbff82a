package io.drkit.runbook;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.drkit.UnsafeToProceedException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A run of a runbook as the journal keeps it: by it the run goes on after any end, wherever it can be read.
 *
 * @param id of the run, the same however often it is resumed
 * @param plan the fingerprint of its runbook and settings
 * @param by who runs it, for people: a process and a host
 * @param session the process that wrote this
 * @param version counts what was written of this run
 * @param back whether it is being taken back
 * @param ended whether nothing is left to do
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RunRecord(
        String id,
        String runbook,
        String plan,
        String by,
        Instant began,
        String session,
        long version,
        boolean back,
        boolean ended,
        List<StepRecord> steps) {

    static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .build();

    public RunRecord {
        // As Jackson reads it, any may be missing.
        Stream.of(id, runbook, plan, by, began, session).forEach(Objects::requireNonNull);
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("A run has steps.");
        }
    }

    /** One JSON document. */
    public String toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws UnsafeToProceedException when it is not what {@link #toJson} writes */
    public static RunRecord parse(String json, String where) {
        try {
            return JSON.readValue(json, RunRecord.class);
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            // Without the cause, which quotes the text.
            throw new UnsafeToProceedException(
                    where + " is no journal of a runbook. Look at it, and move it away if it is of no use.");
        }
    }

    StepRecord step(String name) {
        return steps.stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The run has no step " + name + "."));
    }

    /** The step that a run goes on with; the last one when all are over. */
    @JsonIgnore
    StepRecord current() {
        return steps.stream()
                .filter(step -> back ? step.isToBeUndone() : !step.isOver())
                .findFirst()
                .orElse(steps.get(steps.size() - 1));
    }

    RunRecord with(StepRecord changed) {
        List<StepRecord> all = steps.stream()
                .map(step -> step.name().equals(changed.name()) ? changed : step)
                .toList();
        return new RunRecord(id, runbook, plan, by, began, session, version, back, ended, all);
    }

    RunRecord takenOver(String newSession, String newBy) {
        return new RunRecord(id, runbook, plan, newBy, began, newSession, version, back, ended, steps);
    }

    RunRecord turnedBack() {
        return new RunRecord(id, runbook, plan, by, began, session, version, true, ended, steps);
    }

    RunRecord finished() {
        return new RunRecord(id, runbook, plan, by, began, session, version, back, true, steps);
    }

    /** As it is to be written next. */
    RunRecord next() {
        return new RunRecord(id, runbook, plan, by, began, session, version + 1, back, ended, steps);
    }
}
