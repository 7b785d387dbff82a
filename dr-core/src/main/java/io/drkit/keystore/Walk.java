package io.drkit.keystore;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One walk through a range, in key order, in bounded memory. When its revision is compacted away it goes on from where it is at the newest: a
 * range that is written to meanwhile is then seen at more than one revision, each key once.
 */
public final class Walk {

    /** So often it is compacted away without having come further, before it gives up. */
    private static final int STUCK = 5;

    private static final int PAGE = 1_000;

    private Walk() {}

    /** Reads every key of the range, with its value. Returns and throws what {@link #through(KeyStore, RangeRequest, Consumer)} does. */
    public static long through(KeyStore store, KeyRange range, Consumer<KeyValue> reader) {
        return through(store, RangeRequest.of(range, 0, PAGE), reader);
    }

    /**
     * Reads what a request asks for, page by page; its limit is the size of a page.
     *
     * @return the newest revision that was read
     * @throws CompactedException when it is compacted away again and again, faster than a page is read
     */
    public static long through(KeyStore store, RangeRequest request, Consumer<KeyValue> reader) {
        @Nullable Bytes last = null;
        for (int stuck = 0; ; ) {
            Scan scan = new Scan(store, last == null ? request : request.after(last));
            try {
                for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
                    last = entry.key();
                    stuck = 0;
                    reader.accept(entry);
                }
                return scan.revision();
            } catch (CompactedException e) {
                if (++stuck > STUCK) {
                    throw e;
                }
            }
        }
    }
}
