package io.drkit.comparison;

import static io.drkit.comparison.Severity.BLOCKING;
import static io.drkit.comparison.Severity.NOTE;
import static io.drkit.comparison.Severity.WARNING;

import io.drkit.comparison.Findings.Sink;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What mirrored objects rest on must be there: definitions of custom resources, classes of storage and of snapshots. */
final class ResourceRules {

    private ResourceRules() {}

    static void definitions(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.DEFINITIONS);
        found.whereKnown(Topic.DEFINITIONS, primary.definitions(), standby.definitions(), (one, other) -> {
            for (String name : union(one, other)) {
                DefinitionFacts here = one.get(name);
                DefinitionFacts there = other.get(name);
                if (there == null) {
                    sink.add(
                            BLOCKING,
                            name,
                            "defined",
                            "not defined",
                            "Custom resources of this kind do not exist for the standby's API, and what controls them is"
                                    + " most likely missing too.",
                            "Install its operator at the standby, or let the mirror bring the definition, and compare again.");
                } else if (here == null) {
                    sink.add(
                            NOTE,
                            name,
                            "not defined",
                            "defined",
                            "Nothing: the standby has more than the primary.",
                            "See whether the primary should have it.");
                } else {
                    versions(name, here, there, sink);
                }
            }
        });
    }

    /** The gravest difference of a definition only: the lesser follow from it. */
    private static void versions(String name, DefinitionFacts here, DefinitionFacts there, Sink sink) {
        if (!there.versions().containsAll(here.stored())) {
            sink.add(
                    BLOCKING,
                    name,
                    "stored as " + join(here.stored()),
                    "knows " + join(there.versions()),
                    "Mirrored objects of a version that the standby does not know cannot be read, which fails LIST of the"
                            + " whole resource.",
                    "Bring its operator to the same version at both sites; or rewrite the objects at the primary and remove"
                            + " the old version from status.storedVersions.");
        } else if (!there.served().containsAll(here.served())) {
            sink.add(
                    WARNING,
                    name,
                    "serves " + join(here.served()),
                    "serves " + join(there.served()),
                    "Clients and controllers that ask for a version that is not served fail.",
                    "Bring its operator to the same version at both sites.");
        } else if (!here.stored().equals(there.stored())) {
            sink.add(
                    NOTE,
                    name,
                    "stored as " + join(here.stored()),
                    "stored as " + join(there.stored()),
                    "Nothing as long as both sites know both versions; a failback could not read what is stored newer.",
                    "Bring its operator to the same version at both sites.");
        }
    }

    static void storageClasses(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.STORAGE_CLASSES);
        found.whereKnown(Topic.STORAGE_CLASSES, primary.storageClasses(), standby.storageClasses(), (one, other) -> {
            for (String name : union(one, other)) {
                classes(
                        name,
                        one,
                        other,
                        BLOCKING,
                        "Claims that name it stay pending, and what mounts them does not start.",
                        "Create a class of that name at the standby.",
                        sink);
            }
        });
    }

    static void snapshotClasses(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.SNAPSHOT_CLASSES);
        found.whereKnown(Topic.SNAPSHOT_CLASSES, primary.snapshotClasses(), standby.snapshotClasses(), (one, other) -> {
            for (String name : union(one, other)) {
                classes(
                        name,
                        one,
                        other,
                        WARNING,
                        "Snapshots that name it are not taken, nor volumes replicated back.",
                        "Create a class of that name at the standby.",
                        sink);
            }
        });
    }

    private static void classes(
            String name,
            Map<String, Map<String, String>> one,
            Map<String, Map<String, String>> other,
            Severity missing,
            String breaks,
            String remedy,
            Sink sink) {
        Map<String, String> here = one.get(name);
        Map<String, String> there = other.get(name);
        if (here != null && there != null) {
            fields(name, here, there, sink);
        } else if (here != null) {
            sink.add(missing, name, ConfigMapRules.told(here), "absent", breaks, remedy);
        } else if (there != null) {
            boolean isDefault = "true".equals(there.get("default"));
            sink.add(
                    isDefault ? WARNING : NOTE,
                    name,
                    "absent",
                    ConfigMapRules.told(there),
                    isDefault
                            ? "What names no class gets this one at the standby, which the primary does not know."
                            : "Nothing: the standby has more than the primary.",
                    isDefault
                            ? "Let the same class be the default at both sites."
                            : "Create one at the primary if a failback needs it.");
        }
    }

    private static void fields(String name, Map<String, String> here, Map<String, String> there, Sink sink) {
        for (String field : union(here, there)) {
            String one = here.getOrDefault(field, "unset");
            String other = there.getOrDefault(field, "unset");
            if (!one.equals(other)) {
                sink.add(
                        WARNING,
                        name + ", " + field,
                        one,
                        other,
                        "Volumes are made, placed or kept differently at the standby.",
                        "Make the classes alike, or make sure that the difference is meant.");
            }
        }
    }

    private static Set<String> union(Map<String, ?> one, Map<String, ?> other) {
        Set<String> all = new TreeSet<>(one.keySet());
        all.addAll(other.keySet());
        return all;
    }

    private static String join(List<String> versions) {
        return versions.isEmpty() ? "no version" : String.join(", ", versions);
    }
}
