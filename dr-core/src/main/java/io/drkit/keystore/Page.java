package io.drkit.keystore;

import java.util.List;

/**
 * The answer to a {@link RangeRequest}.
 *
 * @param entries in key order
 * @param more whether entries that fit the request may follow the last one here, even when {@code entries} is shorter than the limit. If
 *     {@code entries} is empty, nothing follows
 * @param count how many keys the whole range holds at that revision, whatever the limit and the bounds on revisions; of a range that goes on
 *     where an earlier page ended, a store may count a part
 * @param revision the revision that was read
 */
public record Page(List<KeyValue> entries, boolean more, long count, long revision) {}
