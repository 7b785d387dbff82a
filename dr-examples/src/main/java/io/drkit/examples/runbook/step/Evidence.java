package io.drkit.examples.runbook.step;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What was seen of a primary that is thought to be lost. */
public record Evidence(List<Sighting> sightings) {

    /**
     * What one vantage point says of one target.
     *
     * @param answers YES, NO, or UNKNOWN where the vantage point itself cannot be used
     */
    public record Sighting(String from, String target, Answer answers, String detail) {

        private String told() {
            String seen = target + " from " + from;
            return answers == Answer.YES && !detail.isEmpty() ? seen + " (" + detail + ")" : seen;
        }
    }

    /** Whether a target answers. */
    public enum Answer {
        YES,
        NO,
        UNKNOWN
    }

    public Evidence {
        sightings = List.copyOf(sightings);
    }

    public List<Sighting> with(Answer answer) {
        return sightings.stream().filter(each -> each.answers() == answer).toList();
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        for (Answer answer : Answer.values()) {
            List<Sighting> seen = with(answer);
            if (!seen.isEmpty()) {
                parts.add(
                        word(answer) + ": " + seen.stream().map(Sighting::told).collect(Collectors.joining(", ")));
            }
        }
        return String.join("; ", parts);
    }

    private static String word(Answer answer) {
        return switch (answer) {
            case YES -> "answers";
            case NO -> "silent";
            case UNKNOWN -> "cannot be told";
        };
    }
}
