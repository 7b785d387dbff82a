package io.drkit.kubernetes;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which workloads of a namespace {@link RolloutRestart} restarts: one by kind and name, or all that carry labels.
 *
 * @param kinds one of them with a name; all of them with labels
 * @param name empty where labels say which
 * @param labels a selector as for kubectl ({@code app=shop}); empty where a name says which
 */
public record RestartTarget(String namespace, List<Kind> kinds, String name, String labels) {

    /** The kinds whose controllers replace pods when their template changes. */
    public enum Kind {
        DEPLOYMENT("Deployment"),
        STATEFUL_SET("StatefulSet"),
        DAEMON_SET("DaemonSet");

        private final String kind;

        Kind(String kind) {
            this.kind = kind;
        }

        /** As in a manifest. */
        @Override
        public String toString() {
            return kind;
        }
    }

    /** Kubernetes' names have no {@code =}, and selectors no two {@code /} before one. */
    private static final Pattern NAMED = Pattern.compile("([^/\\s]+)/([A-Za-z]+)/([^/=\\s]+)");

    private static final Pattern LABELLED = Pattern.compile("([^/=\\s]+)/(\\S.*)");

    public RestartTarget {
        kinds = List.copyOf(kinds);
        if (namespace.isBlank() || kinds.isEmpty() || name.isBlank() == labels.isBlank()) {
            throw new IllegalArgumentException("A namespace is required, and a name or labels, one of the two.");
        }
    }

    /** One workload. */
    public static RestartTarget of(Kind kind, String namespace, String name) {
        return new RestartTarget(namespace, List.of(kind), name, "");
    }

    /** Every workload of a namespace that carries these labels itself; those of its pods do not count. */
    public static RestartTarget labelled(String namespace, String labels) {
        return new RestartTarget(namespace, List.of(Kind.values()), "", labels);
    }

    /**
     * Reads {@code shop/deployment/web}, or {@code shop/app=shop} for all that carry this label.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static RestartTarget parse(String text) {
        Matcher named = NAMED.matcher(text);
        if (named.matches()) {
            return of(kind(named.group(2)), named.group(1), named.group(3));
        }
        Matcher labelled = LABELLED.matcher(text);
        if (labelled.matches() && labelled.group(2).contains("=")) {
            return labelled(labelled.group(1), labelled.group(2));
        }
        throw new IllegalArgumentException(
                "'" + text
                        + "' names no workload: write NAMESPACE/KIND/NAME, as shop/deployment/web, or NAMESPACE/LABELS, as shop/app=web.");
    }

    private static Kind kind(String text) {
        return Arrays.stream(Kind.values())
                .filter(kind ->
                        text.toLowerCase(Locale.ROOT).equals(kind.toString().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' cannot be restarted: only "
                        + Arrays.stream(Kind.values())
                                .map(kind -> kind.toString().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))
                        + "."));
    }

    /** {@code Deployment web in namespace shop}, say. */
    @Override
    public String toString() {
        String which = name.isEmpty() ? "workloads with " + labels : kinds.get(0) + " " + name;
        return which + " in namespace " + namespace;
    }
}
