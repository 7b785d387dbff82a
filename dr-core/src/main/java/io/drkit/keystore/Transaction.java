package io.drkit.keystore;

import java.util.List;

/**
 * A guarded, atomic write: if every guard holds, all operations are done in one revision; otherwise none is.
 *
 * <p>No two operations name the same key. A store takes {@link KeyStore#MAX_OPERATIONS} guards and as many operations.
 */
public record Transaction(List<Guard> guards, List<Operation> operations) {

    public Transaction {
        guards = List.copyOf(guards);
        operations = List.copyOf(operations);
    }

    /** What a guard looks at. Each is 0 for a key that does not exist. */
    public enum Field {
        CREATE_REVISION,
        MOD_REVISION,
        VERSION
    }

    /** Holds if {@code field} of {@code key} equals {@code expected}. */
    public record Guard(Bytes key, Field field, long expected) {

        public static Guard absent(Bytes key) {
            return new Guard(key, Field.CREATE_REVISION, 0);
        }

        public static Guard unchanged(Bytes key, long modRevision) {
            return new Guard(key, Field.MOD_REVISION, modRevision);
        }
    }

    public sealed interface Operation {

        Bytes key();

        /** @param leaseId 0 is no lease */
        record Put(Bytes key, Bytes value, long leaseId) implements Operation {}

        /** Deletes one key; no error where there is none. */
        record Delete(Bytes key) implements Operation {}

        static Operation put(Bytes key, Bytes value) {
            return new Put(key, value, 0);
        }

        static Operation delete(Bytes key) {
            return new Delete(key);
        }

        /** How many bytes this adds to a request, roughly. */
        default int size() {
            return 16 + key().size() + (this instanceof Put put ? put.value().size() : 0);
        }
    }
}
