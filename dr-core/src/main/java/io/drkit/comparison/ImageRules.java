package io.drkit.comparison;

import static io.drkit.comparison.Severity.BLOCKING;
import static io.drkit.comparison.Severity.WARNING;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A site's registry must have what the other site's workloads run, for the processors of its nodes. */
final class ImageRules {

    private static final int NAMED = 5;
    private static final String UNTOLD = "the registry has it, and does not tell for which processors";

    private ImageRules() {}

    static void standbyHasPrimarys(SiteFacts primary, SiteFacts standby, Findings found) {
        found.whereKnown(
                Topic.IMAGES,
                primary.images(),
                standby.registry(),
                (images, registry) -> new Search(standby, registry, found, true).look(images));
    }

    /** For a failback. What runs at both sites is the primary's own. */
    static void primaryHasStandbys(SiteFacts primary, SiteFacts standby, Findings found) {
        if (!primary.images().isKnown() || !standby.images().isKnown()) {
            return;
        }
        Set<String> onlyThere = new TreeSet<>(standby.images().get());
        primary.images().get().forEach(onlyThere::remove);
        if (!onlyThere.isEmpty() && primary.registry().isKnown()) {
            new Search(primary, primary.registry().get(), found, false).look(onlyThere);
        }
    }

    /** In one site's registry. */
    private record Search(SiteFacts site, Map<String, ImageAnswer> registry, Findings found, boolean forFailover) {

        void look(Collection<String> images) {
            Map<String, Set<String>> unknown = new TreeMap<>();
            for (String image : images) {
                ImageAnswer answer = registry.getOrDefault(image, ImageAnswer.unknown("it was not looked for"));
                switch (answer.presence()) {
                    case ABSENT -> add(image, "absent", "Pods that run it do not start: ImagePullBackOff.");
                    case PRESENT -> {
                        if (answer.architectures().isEmpty()) {
                            unknown.computeIfAbsent(UNTOLD, because -> new TreeSet<>())
                                    .add(image);
                        } else {
                            architectures(image, answer);
                        }
                    }
                    case UNKNOWN ->
                        unknown.computeIfAbsent(answer.because(), because -> new TreeSet<>())
                                .add(image);
                }
            }
            if (forFailover) {
                unknown.forEach(this::unknown);
            }
        }

        private void architectures(String image, ImageAnswer answer) {
            if (!site.nodes().isKnown()) {
                return;
            }
            Set<String> lacking = VersionRules.all(site.nodes().get(), NodeFacts::architecture);
            answer.architectures().forEach(lacking::remove);
            if (!lacking.isEmpty()) {
                add(
                        image,
                        "for " + String.join(", ", answer.architectures()) + ", not for " + VersionRules.join(lacking),
                        "Pods that run it fail on nodes of " + VersionRules.join(lacking) + ": exec format error, or no"
                                + " matching manifest.");
            }
        }

        private void add(String image, String registrys, String breaks) {
            String where = "registry: " + registrys;
            found.of(Topic.IMAGES)
                    .add(
                            forFailover ? BLOCKING : WARNING,
                            image,
                            forFailover ? "runs" : where,
                            forFailover ? where : "runs",
                            breaks,
                            "Copy the image, with all its architectures, to the registry of " + site.site() + ".");
        }

        private void unknown(String because, Set<String> images) {
            String named = String.join(", ", images.stream().limit(NAMED).toList());
            String more = images.size() > NAMED ? " and " + (images.size() - NAMED) + " more" : "";
            found.unknown(Topic.IMAGES, images.size() + " images run: " + named + more, "unknown: " + because);
        }
    }
}
