package io.drkit.keystore;

/**
 * A read of one page of a range, in key order.
 *
 * @param revision the revision to read at; 0 is the newest, linearizably
 * @param limit the most entries wanted, at least 1; a store may return fewer to keep an answer small
 * @param keysOnly whether to leave out the values
 * @param minModRevision leave out keys last changed before this revision; 0 is no bound
 * @param minCreateRevision leave out keys created before this revision; 0 is no bound
 */
public record RangeRequest(
        KeyRange range, long revision, int limit, boolean keysOnly, long minModRevision, long minCreateRevision) {

    public RangeRequest {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1, not " + limit);
        }
    }

    public static RangeRequest of(KeyRange range, long revision, int limit) {
        return new RangeRequest(range, revision, limit, false, 0, 0);
    }

    public RangeRequest onlyKeys() {
        return new RangeRequest(range, revision, limit, true, minModRevision, minCreateRevision);
    }

    /** What is left of this request after {@code key}, at the newest revision. */
    public RangeRequest after(Bytes key) {
        return new RangeRequest(range.from(key.successor()), 0, limit, keysOnly, minModRevision, minCreateRevision);
    }

    public RangeRequest modifiedSince(long revision) {
        return new RangeRequest(range, this.revision, limit, keysOnly, revision, minCreateRevision);
    }

    public RangeRequest createdSince(long revision) {
        return new RangeRequest(range, this.revision, limit, keysOnly, minModRevision, revision);
    }
}
