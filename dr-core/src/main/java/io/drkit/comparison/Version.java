package io.drkit.comparison;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two first numbers of a version such as {@code v1.30.4}, {@code 3.5.15-0} or {@code 1.7.20}. */
record Version(int major, int minor) {

    private static final Pattern FORM = Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})(?:[.+-].*)?");

    /** Empty when it is none. */
    static Optional<Version> of(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new Version(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** Whether two texts are known to have the same two numbers. */
    static boolean sameMinor(String one, String other) {
        return of(one).isPresent() && of(one).equals(of(other));
    }
}
