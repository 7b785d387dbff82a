package io.drkit.artifact;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an export wrote.
 *
 * @param source the site, as messages name it
 * @param exported when it began
 * @param namespaces that were asked for
 * @param objects how many of each resource, by plural and API group: {@code deployments.apps}
 * @param images that pods and pod templates among them name
 * @param leftOut how many objects were left out, by the reason
 * @param notes what a person should know, a sentence each: what could not be asked for, and so is not in the archive
 */
public record ExportReport(
        String source,
        Instant exported,
        SortedSet<String> namespaces,
        SortedMap<String, Integer> objects,
        SortedSet<String> images,
        SortedMap<String, Integer> leftOut,
        List<String> notes) {

    public ExportReport {
        namespaces = Collections.unmodifiableSortedSet(new TreeSet<>(namespaces));
        objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
        images = Collections.unmodifiableSortedSet(new TreeSet<>(images));
        leftOut = Collections.unmodifiableSortedMap(new TreeMap<>(leftOut));
        notes = List.copyOf(notes);
    }

    /** How many objects are in the archive. */
    public int count() {
        return objects.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Whether all was asked for and answered. */
    public boolean isComplete() {
        return notes.isEmpty();
    }
}
