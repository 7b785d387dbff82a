package io.drkit.kubernetes.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a registry wants to be asked: a header {@code WWW-Authenticate} (RFC 9110, section 11.6.1).
 *
 * @param scheme {@code basic} or {@code bearer}
 * @param parameters {@code realm}, {@code service}, {@code scope}
 */
record Challenge(String scheme, Map<String, String> parameters) {

    private static final Pattern SCHEME = Pattern.compile("\\s*(Basic|Bearer)\\b(.*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern PARAMETER =
            Pattern.compile("([A-Za-z_]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))");

    /** The strongest that is understood; empty when none is. */
    static Optional<Challenge> of(List<String> headers) {
        Optional<Challenge> best = Optional.empty();
        for (String header : headers) {
            Matcher matcher = SCHEME.matcher(header);
            if (matcher.matches()) {
                Challenge challenge =
                        new Challenge(matcher.group(1).toLowerCase(Locale.ROOT), parameters(matcher.group(2)));
                if (best.isEmpty() || challenge.scheme.equals("bearer")) {
                    best = Optional.of(challenge);
                }
            }
        }
        return best;
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(text);
        while (matcher.find()) {
            String value = matcher.group(2) == null
                    ? matcher.group(3)
                    : matcher.group(2).replaceAll("\\\\(.)", "$1");
            parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        return parameters;
    }
}
