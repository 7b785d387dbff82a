package io.drkit.comparison;

import java.util.Locale;

/** An amount of a node's resource, for people. */
final class Amount {

    private static final double GIBIBYTE = 1 << 30;

    private Amount() {}

    static String told(String resource, long amount) {
        if (resource.equals("cpu")) {
            return String.format(Locale.ROOT, "%.1f cores", amount / 1_000.0);
        }
        boolean bytes = resource.equals("memory") || resource.startsWith("hugepages-") || resource.endsWith("storage");
        return bytes ? String.format(Locale.ROOT, "%.1f GiB", amount / GIBIBYTE) : Long.toString(amount);
    }
}
