package io.drkit.snapshot;

import io.drkit.keystore.KeyValue;
import java.util.List;

/**
 * What a snapshot's file says of itself, once its checksum was found right.
 *
 * @param revision up to which it holds everything
 * @param users whether clients have to log in to a store restored from it
 * @param bytes its size, the trailing checksum included
 * @param sha256 of the whole file, in hexadecimal
 * @param sample entries from places spread over all of its history: as they were written, some overwritten or deleted since
 */
public record SnapshotContent(long revision, boolean users, long bytes, String sha256, List<KeyValue> sample) {

    public SnapshotContent {
        sample = List.copyOf(sample);
    }
}
