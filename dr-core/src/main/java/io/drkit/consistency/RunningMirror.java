package io.drkit.consistency;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.mirror.Checkpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * How far the mirror that holds a standby's lock has come.
 *
 * @param complete whether the standby holds the whole of the primary's {@code revision}; false while it is being copied
 * @param revision the primary's revision that the checkpoint names; 0 where there is no checkpoint yet
 * @param standbyRevision the standby's revision of which all this was read
 */
record RunningMirror(String name, boolean complete, long revision, long standbyRevision) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The mirror that runs, if one does. */
    static Optional<RunningMirror> at(KeyStore standby) {
        KeyValue lock = standby.read(List.of(DrKitKeys.LOCK)).get(DrKitKeys.LOCK);
        if (lock == null) {
            return Optional.empty();
        }
        String name = parse(lock).path("mirror").asText();
        Bytes key = DrKitKeys.checkpoint(name);
        // a page tells the revision it was read at, which the checkpoint and the content of the standby share
        Page page = standby.range(RangeRequest.of(new KeyRange(key, key.successor()), 0, 1));
        if (page.entries().isEmpty()) {
            return Optional.of(new RunningMirror(name, false, 0, page.revision()));
        }
        Checkpoint checkpoint = Checkpoint.parse(page.entries().get(0).value());
        return Optional.of(new RunningMirror(name, checkpoint.isComplete(), checkpoint.revision(), page.revision()));
    }

    private static JsonNode parse(KeyValue recorded) {
        try {
            return JSON.readTree(recorded.value().unsafeArray());
        } catch (IOException e) {
            throw new UnsafeToProceedException("Cannot read " + recorded.key().printable()
                    + ": it is not what DrKit writes there. Restore it or delete it.");
        }
    }
}
