package io.drkit.examples.cli;

import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values that the configuration of the site which holds them does not read.
 *
 * @param count keys, on the site that has more of them
 */
public record UnreadableValues(int count, List<String> sample) {

    /** Prints nothing where nothing was to be decrypted. */
    public static void print(@Nullable UnreadableValues values, PrintWriter out) {
        if (values != null) {
            out.println("Values that the configuration of their site does not read: " + values.count);
            values.sample.forEach(key -> out.println("  " + key));
        }
    }
}
