package io.drkit.workload;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which claims (PersistentVolumeClaims) of a namespace are meant: some by name, or all that carry labels. Name all claims of an application at once:
 * a workload that mounts several is stopped and started as a whole.
 *
 * @param names empty when a selector is given
 * @param selector a label selector as kubectl takes it, {@code app=shop,tier in (db,cache)} say; empty when names are given
 */
public record Claims(String namespace, SortedSet<String> names, String selector) {

    /** @throws IllegalArgumentException when something is blank, or there are neither or both of names and selector */
    public Claims {
        names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
        if (namespace.isBlank() || names.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("Claims need a namespace, and names that are not blank.");
        }
        if (names.isEmpty() == selector.isBlank()) {
            throw new IllegalArgumentException("Claims are given by name or by a label selector, by one of the two.");
        }
    }

    public static Claims named(String namespace, String... names) {
        return named(namespace, Arrays.asList(names));
    }

    public static Claims named(String namespace, Collection<String> names) {
        return new Claims(namespace, new TreeSet<>(names), "");
    }

    /** All claims that carry labels now. Should labels change between quiesce and resume, resume by name. */
    public static Claims labelled(String namespace, String selector) {
        return new Claims(namespace, Collections.emptySortedSet(), selector);
    }

    @Override
    public String toString() {
        return names.isEmpty()
                ? "claims labelled " + selector + " in namespace " + namespace
                : (names.size() == 1 ? "claim " : "claims ") + String.join(", ", names) + " in namespace " + namespace;
    }
}
