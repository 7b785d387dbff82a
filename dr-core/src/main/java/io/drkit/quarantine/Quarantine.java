package io.drkit.quarantine;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;

/**
 * Values set aside on a site, in batches. Batch {@code ID} is the key {@code /drkit/quarantine/ID/about} and, for each key that was set aside,
 * {@code /drkit/quarantine/ID/keys/KEY} with the value as it was.
 */
public final class Quarantine {

    private Quarantine() {}

    /** The write that sets {@code entry} aside, to be made in the transaction that overwrites or deletes it. */
    public static Operation setAside(String batch, KeyValue entry) {
        return Operation.put(Bytes.utf8(DrKitKeys.QUARANTINE + batch + "/keys/").concat(entry.key()), entry.value());
    }
}
