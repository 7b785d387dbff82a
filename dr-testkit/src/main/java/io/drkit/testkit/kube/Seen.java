package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.object.StoredObject;
import java.util.Optional;

/** An object as a controller saw it last. */
record Seen(KeyValue entry, StoredObject object) {

    /** Empty for what no API server could read: an encrypted value whose key the standby lacks, say. */
    static Optional<Seen> of(KeyValue entry) {
        return StoredObject.read(entry.value()).map(object -> new Seen(entry, object));
    }

    Bytes key() {
        return entry.key();
    }

    Edit edit() {
        return Edit.of(entry.value()).orElseThrow();
    }
}
