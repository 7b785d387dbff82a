package io.drkit.keystore;

import java.util.List;

/**
 * The answer to a {@link RangeRequest}.
 *
 * @param entries in key order
 * @param more whether entries that fit the request follow the last one here. There may be more even when {@code entries} is shorter than the
 *     limit; {@code entries} is empty only when nothing follows
 * @param count how many keys the whole range holds at that revision, whatever the limit and the bounds on revisions
 * @param revision the revision that was read
 */
public record Page(List<KeyValue> entries, boolean more, long count, long revision) {}
