package io.drkit.etcd;

/**
 * How many entries to ask for at once: etcd bounds an answer by their number only, and would build one of gigabytes. Follows the size of the
 * entries seen, for answers of about 4 MiB. Thread-safe.
 */
final class PageSize {

    private static final int ANSWER_BYTES = 4 << 20;

    private final int most;
    private long entryBytes;

    PageSize(int most, int expectedEntryBytes) {
        this.most = most;
        this.entryBytes = expectedEntryBytes;
    }

    synchronized int next(int limit) {
        return (int) Math.max(1, Math.min(Math.min(limit, most), ANSWER_BYTES / entryBytes));
    }

    synchronized void saw(int entries, int bytes) {
        if (entries > 0) {
            entryBytes = Math.max(1, (entryBytes + bytes / entries) / 2);
        }
    }

    synchronized void tooLarge(int entries) {
        entryBytes = Math.max(entryBytes, 2L * (ANSWER_BYTES / entries));
    }
}
