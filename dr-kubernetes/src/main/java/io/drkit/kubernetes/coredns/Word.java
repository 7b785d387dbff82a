package io.drkit.kubernetes.coredns;

import java.util.Locale;

/**
 * A word of a configuration text and where it stands, so that it can be replaced and nothing else.
 *
 * @param text as it is meant: without quotes
 * @param start of what stands for it in the text, quotes included
 * @param end behind it
 * @param line from 1
 */
record Word(String text, int start, int end, int line) {

    static final String DOUBTFUL_BLANK = "a blank stands that not everybody takes for one, such as a no-break space";

    /** Whether Go's unicode.IsSpace, by which CoreDNS splits words, and Character.isWhitespace differ on it. */
    static boolean isDoubtfulBlank(char c) {
        return "\u0085\u00a0\u2007\u202f\u001c\u001d\u001e\u001f".indexOf(c) >= 0;
    }

    boolean is(String other) {
        return text.equals(other);
    }

    /** Whether CoreDNS replaces a part of it by an environment variable, which is not known here. */
    boolean isVariable() {
        return text.contains("{$") || text.contains("{%");
    }

    /** As a domain name is compared: in lower case, without the final dot. */
    String domain() {
        return domain(text);
    }

    static String domain(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** Whether {@code name} is {@code zone} or below it, both as {@link #domain} says; the root is the empty zone. */
    static boolean isWithin(String name, String zone) {
        return zone.isEmpty() || name.equals(zone) || name.endsWith("." + zone);
    }
}
