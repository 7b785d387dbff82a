package io.drkit.etcd;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many entries to ask for at once: etcd bounds an answer by their number only, and would build one of gigabytes. Follows the size of the
 * entries seen, for answers of about 8 MiB.
 *
 * <p>Sizes are alike within a resource ({@code /registry/secrets/}, say), so each is learnt anew, and a page that goes on within one ends with
 * it at the latest. That also saves etcd work: for each page, however short, it walks through its index to the end of the range. Thread-safe.
 */
final class PageSize {

    private static final int ANSWER_BYTES = 8 << 20;
    /** Of an entry, beside key and value: revisions and the lengths of fields. */
    private static final int OVERHEAD = 30;

    private static final int MOST_ENTRIES = 10_000;
    private static final int MOST_RESOURCES = 1_000;

    private final long expectedBytes;
    private final Map<Bytes, Long> entryBytes = new LinkedHashMap<>();

    /** @param expectedBytes of an entry, as long as nothing is known */
    PageSize(int expectedBytes) {
        this.expectedBytes = expectedBytes;
    }

    /** The request, less what lies beyond the resource that it goes on in; itself, where it does not go on in one. */
    static RangeRequest within(RangeRequest request) {
        Bytes start = request.range().start();
        boolean goesOn = !start.isEmpty() && start.unsafeArray()[start.size() - 1] == 0;
        return goesOn && request.limit() > 1
                ? resource(start)
                        .map(resource -> new RangeRequest(
                                request.range().before(KeyRange.prefix(resource).end()),
                                request.revision(),
                                request.limit(),
                                request.keysOnly(),
                                request.minModRevision(),
                                request.minCreateRevision()))
                        .orElse(request)
                : request;
    }

    synchronized int next(RangeRequest request) {
        long bytes = entryBytes.getOrDefault(known(request), expectedBytes);
        return (int) Math.max(1, Math.min(Math.min(request.limit(), MOST_ENTRIES), ANSWER_BYTES / bytes));
    }

    /** Grows slowly and shrinks at once: too large an answer does more harm than too small a one. */
    synchronized void saw(RangeRequest request, List<KeyValue> entries) {
        if (!entries.isEmpty()) {
            long bytes = 0;
            for (KeyValue entry : entries) {
                bytes += OVERHEAD + entry.key().size() + entry.value().size();
            }
            long before = entryBytes.getOrDefault(known(request), expectedBytes);
            put(request, Math.max(bytes / entries.size(), before / 4));
        }
    }

    synchronized void tooLarge(RangeRequest request, int entries) {
        put(request, Math.max(entryBytes.getOrDefault(known(request), expectedBytes), 2L * (ANSWER_BYTES / entries)));
    }

    private void put(RangeRequest request, long bytes) {
        entryBytes.put(known(request), bytes);
        if (entryBytes.size() > MOST_RESOURCES) {
            entryBytes.remove(entryBytes.keySet().iterator().next());
        }
    }

    private static Bytes known(RangeRequest request) {
        return resource(request.range().start()).orElse(Bytes.EMPTY);
    }

    /** Up to the third slash. */
    private static Optional<Bytes> resource(Bytes key) {
        byte[] bytes = key.unsafeArray();
        int slashes = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '/' && ++slashes == 3) {
                return Optional.of(key.first(i + 1));
            }
        }
        return Optional.empty();
    }
}
