package io.drkit.etcd;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A member's version, and what can be trusted from it on. */
record ServerVersion(int major, int minor, int patch) implements Comparable<ServerVersion> {

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6}).*");
    private static final Comparator<ServerVersion> ORDER = Comparator.comparingInt(ServerVersion::major)
            .thenComparingInt(ServerVersion::minor)
            .thenComparingInt(ServerVersion::patch);

    /** What is no version counts as the oldest. */
    static ServerVersion parse(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.matches()
                ? new ServerVersion(number(numbers, 1), number(numbers, 2), number(numbers, 3))
                : new ServerVersion(0, 0, 0);
    }

    /** Whether a progress notification means what it says: before, it could overtake the events it claims were delivered (etcd issue 15220). */
    boolean tellsProgressTruly() {
        if (major == 3 && minor == 4) {
            return patch >= 25;
        }
        if (major == 3 && minor == 5) {
            return patch >= 8;
        }
        return major > 3 || (major == 3 && minor > 5);
    }

    private static int number(Matcher numbers, int group) {
        return Integer.parseInt(numbers.group(group));
    }

    @Override
    public int compareTo(ServerVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
