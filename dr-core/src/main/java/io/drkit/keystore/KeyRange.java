package io.drkit.keystore;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys from {@code start}, inclusive, to {@code end}, exclusive.
 *
 * @param end {@code null} means no upper bound
 */
public record KeyRange(Bytes start, @Nullable Bytes end) {

    /** Every key there is. */
    public static final KeyRange ALL = new KeyRange(Bytes.EMPTY, null);

    public static KeyRange prefix(Bytes prefix) {
        byte[] end = prefix.toByteArray();
        for (int i = end.length - 1; i >= 0; i--) {
            if (end[i] != (byte) 0xff) {
                end[i]++;
                return new KeyRange(prefix, Bytes.wrap(Arrays.copyOf(end, i + 1)));
            }
        }
        return new KeyRange(prefix, null);
    }

    public static KeyRange prefix(String prefix) {
        return prefix(Bytes.utf8(prefix));
    }

    /** Every key below a folder: with a slash added, where {@code path} does not end in one. */
    public static KeyRange folder(String path) {
        return prefix(path.endsWith("/") ? path : path + "/");
    }

    public boolean contains(Bytes key) {
        return key.compareTo(start) >= 0 && (end == null || key.compareTo(end) < 0);
    }

    public boolean overlaps(KeyRange other) {
        return (end == null || other.start.compareTo(end) < 0) && (other.end == null || start.compareTo(other.end) < 0);
    }

    /** The part of this range at and after {@code key}. */
    public KeyRange from(Bytes key) {
        return key.compareTo(start) <= 0 ? this : new KeyRange(key, end);
    }

    /** The part of this range before {@code bound}; {@code null} is no bound. */
    public KeyRange before(@Nullable Bytes bound) {
        return bound == null || (end != null && end.compareTo(bound) <= 0) ? this : new KeyRange(start, bound);
    }

    @Override
    public String toString() {
        return "[" + start.printable() + ", " + (end == null ? "…" : end.printable()) + ")";
    }
}
