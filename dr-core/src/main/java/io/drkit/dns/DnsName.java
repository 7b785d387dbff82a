package io.drkit.dns;

import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An absolute domain name, or a wildcard such as {@code *.apps.example.com}: lower case, without the final dot, internationalised labels in
 * their ASCII form ({@code xn--…}).
 *
 * @param ascii the name as it goes over the wire
 */
public record DnsName(String ascii) implements Comparable<DnsName> {

    private static final int LONGEST_NAME = 253;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
    private static final Pattern TEST_LABEL = Pattern.compile("^\\*(?=\\.)");
    /** What IDNA 2003, the JDK's, maps to something else or drops, and IDNA 2008 keeps: two different domains (RFC 5894, section 7.2). */
    private static final Pattern AMBIGUOUS = Pattern.compile("[\u00df\u03c2\u200c\u200d]");

    /** @throws IllegalArgumentException in one sentence, when it is no domain name */
    public DnsName {
        List<String> labels = List.of(ascii.split("\\.", -1));
        boolean wildcard = labels.get(0).equals("*") && labels.size() > 1;
        boolean valid = ascii.length() <= LONGEST_NAME
                && labels.stream()
                        .skip(wildcard ? 1 : 0)
                        .allMatch(label -> LABEL.matcher(label).matches());
        if (!valid) {
            throw new IllegalArgumentException("'" + ascii + "' is not a domain name.");
        }
    }

    /**
     * A name as people write it: in any case, with or without the final dot, in Unicode or in ASCII.
     *
     * @throws IllegalArgumentException in one sentence, when it is no domain name, or has a letter that the two standards for internationalised
     *     names (IDNA 2003 and 2008) turn into different domains
     */
    public static DnsName of(String text) {
        if (AMBIGUOUS.matcher(text).find()) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' has a letter that stands for different domains in IDNA 2003 and 2008; give the name in its ASCII form, xn--…");
        }
        String ascii;
        try {
            ascii = IDN.toASCII(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a domain name: " + e.getMessage(), e);
        }
        String absolute = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        return new DnsName(absolute.toLowerCase(Locale.ROOT));
    }

    public boolean isWildcard() {
        return ascii.startsWith("*.");
    }

    /** Whether this is {@code zone} or a name below it. */
    public boolean isWithin(DnsName zone) {
        return ascii.equals(zone.ascii) || ascii.endsWith("." + zone.ascii);
    }

    /** The name that is asked for to see what clients see: a wildcard's stand-in, {@code drkit-wildcard-test.apps.example.com}, or this. */
    public DnsName asked() {
        return isWildcard() ? new DnsName(TEST_LABEL.matcher(ascii).replaceFirst("drkit-wildcard-test")) : this;
    }

    /** The name in Unicode, as people read it. */
    public String unicode() {
        return IDN.toUnicode(ascii);
    }

    @Override
    public int compareTo(DnsName other) {
        return ascii.compareTo(other.ascii);
    }

    /** The ASCII form. */
    @Override
    public String toString() {
        return ascii;
    }
}
