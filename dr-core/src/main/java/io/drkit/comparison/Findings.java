package io.drkit.comparison;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Collects the findings of one comparison: the gravest first, and what is unknown for one reason as one. */
final class Findings {

    private static final String KNOWN = "known";

    private final List<Finding> findings = new ArrayList<>();
    private final Map<List<Object>, List<Topic>> unknown = new LinkedHashMap<>();

    /** What a rule of a topic finds. */
    interface Sink {
        void add(Severity severity, String subject, String primary, String standby, String breaks, String remedy);
    }

    Sink of(Topic topic) {
        return (severity, subject, primary, standby, breaks, remedy) ->
                findings.add(new Finding(severity, topic, subject, primary, standby, breaks, remedy));
    }

    /** Compares what both sites know; else finds that it is unknown. */
    <P, S> void whereKnown(Topic topic, Fact<P> primary, Fact<S> standby, BiConsumer<P, S> compare) {
        if (primary.isKnown() && standby.isKnown()) {
            compare.accept(primary.get(), standby.get());
        } else {
            unknown(topic, said(primary), said(standby));
        }
    }

    /** Finds that something could not be told. */
    void unknown(Topic topic, String primary, String standby) {
        Severity severity = topic.isImportant() ? Severity.UNKNOWN : Severity.NOTE;
        List<Topic> topics = unknown.computeIfAbsent(List.of(severity, primary, standby), key -> new ArrayList<>());
        if (!topics.contains(topic)) {
            topics.add(topic);
        }
    }

    List<Finding> all() {
        List<Finding> all = new ArrayList<>(findings);
        unknown.forEach((key, topics) -> all.add(new Finding(
                (Severity) key.get(0),
                topics.get(0),
                topics.stream().map(Topic::title).collect(Collectors.joining(", ")),
                (String) key.get(1),
                (String) key.get(2),
                topics.stream().map(Topic::unseen).distinct().collect(Collectors.joining(" ")),
                "Put right what the reason names, and compare again.")));
        all.sort(Comparator.comparing(Finding::severity)
                .thenComparing(Finding::topic)
                .thenComparing(Finding::subject));
        return List.copyOf(all);
    }

    static String said(Fact<?> fact) {
        return fact.isKnown() ? KNOWN : "unknown: " + fact.because();
    }
}
