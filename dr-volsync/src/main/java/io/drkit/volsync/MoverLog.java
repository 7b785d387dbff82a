package io.drkit.volsync;

import io.drkit.volsync.resource.MoverStatus;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a mover left of its log in {@code status.latestMoverStatus}. */
final class MoverLog {

    private static final int TAIL = 5;
    private static final int LINE_AT_MOST = 200;

    /** Of rsync's statistics. The mover's second pass is not human-readable and comes last, so its figure is exact. */
    private static final Pattern TOTAL = Pattern.compile("(?i)total size is ([0-9][0-9,.']*)(?= |$)");

    private static final Pattern SENT =
            Pattern.compile("(?i)sent [0-9.,KMGTP]+ bytes.*?([0-9][0-9,]*)(?:\\.[0-9]+)? bytes/sec");

    private MoverLog() {}

    /** How large the source was, in bytes; null when the log does not tell. */
    static @Nullable Long totalSize(@Nullable MoverStatus status) {
        return last(TOTAL, status);
    }

    /** How fast it was, in bytes a second; null when the log does not tell. */
    static @Nullable Double bytesPerSecond(@Nullable MoverStatus status) {
        Long rate = last(SENT, status);
        return rate == null ? null : rate.doubleValue();
    }

    private static @Nullable Long last(Pattern pattern, @Nullable MoverStatus status) {
        Long found = null;
        if (status != null && status.logs() != null && "Successful".equals(status.result())) {
            Matcher matcher = pattern.matcher(status.logs());
            while (matcher.find()) {
                String digits = matcher.group(1).replaceAll("[^0-9]", "");
                found = digits.isEmpty() || digits.length() > 18 ? found : Long.valueOf(digits);
            }
        }
        return found;
    }

    static boolean failed(@Nullable MoverStatus status) {
        return status != null && "Failed".equals(status.result());
    }

    /** The last lines of a failed mover, as a sentence; empty when there is nothing to say. */
    static String tail(@Nullable MoverStatus status) {
        if (status == null || status.logs() == null || status.logs().isBlank() || !failed(status)) {
            return "";
        }
        List<String> lines = Arrays.stream(status.logs().split("\\R"))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> line.length() <= LINE_AT_MOST ? line : line.substring(0, LINE_AT_MOST) + "...")
                .toList();
        return " Its mover failed, and said last: "
                + String.join(" / ", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    }
}
