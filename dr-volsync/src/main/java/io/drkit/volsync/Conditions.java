package io.drkit.volsync;

import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the condition by which VolSync says what it does. */
final class Conditions {

    private Conditions() {}

    /** Its reason; empty when it has said nothing yet. */
    static String reason(@Nullable List<Condition> conditions) {
        Condition synchronizing = synchronizing(conditions);
        return synchronizing == null ? "" : String.valueOf(synchronizing.getReason());
    }

    /** As the end of a sentence: {@code : Error, no such claim}. */
    static String describe(@Nullable List<Condition> conditions) {
        Condition synchronizing = synchronizing(conditions);
        return synchronizing == null
                ? ""
                : ": " + synchronizing.getReason()
                        + (synchronizing.getMessage() == null
                                        || synchronizing.getMessage().isBlank()
                                ? ""
                                : ", " + synchronizing.getMessage().strip().replaceAll("\\s+", " "));
    }

    private static @Nullable Condition synchronizing(@Nullable List<Condition> conditions) {
        return conditions == null
                ? null
                : conditions.stream()
                        .filter(condition -> VolSync.SYNCHRONIZING.equals(condition.getType()))
                        .findFirst()
                        .orElse(null);
    }
}
