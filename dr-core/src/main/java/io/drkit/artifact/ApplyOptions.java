package io.drkit.artifact;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How an archive is applied.
 *
 * @param namespaces which namespace each of these becomes, by its name in the archive; others keep theirs. Rewritten is where an object lives, and where a
 *     binding's service accounts and a webhook's service do; not what is said in the objects otherwise: host names in configuration, selectors of namespaces by
 *     name, references in custom resources. By default none is
 * @param dryRun whether to look only, and tell what would be done; what the site would refuse is not found out so. By default false
 * @param established how long to wait until the site serves a custom resource definition that was just created; by default 30 s
 */
public record ApplyOptions(SortedMap<String, String> namespaces, boolean dryRun, Duration established) {

    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    public static final ApplyOptions DEFAULTS = builder().build();

    /** @throws IllegalArgumentException when a name is none that a namespace can have, two namespaces would become one, or the time is not positive */
    public ApplyOptions {
        namespaces = Collections.unmodifiableSortedMap(new TreeMap<>(namespaces));
        if (new HashSet<>(namespaces.values()).size() < namespaces.size()) {
            throw new IllegalArgumentException("Two namespaces would become one: " + namespaces + ".");
        }
        for (String name : namespaces.values()) {
            // It becomes part of the path of requests.
            if (!NAMESPACE.matcher(name).matches()) {
                throw new IllegalArgumentException("No namespace can be called \"" + name + "\".");
            }
        }
        if (established.isNegative() || established.isZero()) {
            throw new IllegalArgumentException("Waiting for a definition takes some time, not " + established + ".");
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects {@link ApplyOptions}. Not thread-safe. */
    public static final class Builder {

        private final TreeMap<String, String> namespaces = new TreeMap<>();
        private boolean dryRun;
        private Duration established = Duration.ofSeconds(30);

        private Builder() {}

        /** Lets a namespace of the archive become another; none does by default. */
        public Builder namespace(String inArchive, String atSite) {
            namespaces.put(inArchive, atSite);
            return this;
        }

        /** The same of several. */
        public Builder namespaces(Map<String, String> names) {
            namespaces.putAll(names);
            return this;
        }

        /** Whether to look only; false by default. */
        public Builder dryRun(boolean dryRun) {
            this.dryRun = dryRun;
            return this;
        }

        /** How long to wait for a definition to be served; 30 s by default. */
        public Builder established(Duration established) {
            this.established = established;
            return this;
        }

        /** @throws IllegalArgumentException when they make no sense */
        public ApplyOptions build() {
            return new ApplyOptions(namespaces, dryRun, established);
        }
    }
}
