package io.drkit.mirror;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.quarantine.Quarantine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done on the standby about one key: the write itself, and what has to go with it in the same transaction.
 *
 * @param key the key in scope
 * @param operations on that key, and on DrKit's records of it
 * @param guard the state of the key that this rests on; null where it rests on none
 */
record Change(
        Bytes key, List<Operation> operations, @Nullable Guard guard) {

    Change {
        operations = List.copyOf(operations);
    }

    static Change put(Bytes key, Bytes value, @Nullable Guard guard) {
        return new Change(key, List.of(Operation.put(key, value)), guard);
    }

    static Change delete(Bytes key, @Nullable Guard guard) {
        return new Change(key, List.of(Operation.delete(key)), guard);
    }

    Change and(Operation operation) {
        List<Operation> more = new ArrayList<>(operations);
        more.add(operation);
        return new Change(key, more, guard);
    }

    /** Only what puts a value into quarantine: to be done before {@link #withoutSettingAside()} where both together are too large. */
    Change settingAside() {
        return only(DrKitKeys.QUARANTINE_RANGE::contains);
    }

    Change withoutSettingAside() {
        return only(other -> !DrKitKeys.QUARANTINE_RANGE.contains(other));
    }

    /** Whether this writes the key itself, and not only DrKit's records of it. */
    boolean writesKey() {
        for (Operation operation : operations) {
            if (isOfKey(operation)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this gives the key a value. */
    boolean putsKey() {
        for (Operation operation : operations) {
            if (operation instanceof Operation.Put && isOfKey(operation)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this gives a value to a key that must not be there yet. */
    boolean creates() {
        return Guard.absent(key).equals(guard) && putsKey();
    }

    private boolean isOfKey(Operation operation) {
        return operation.key().equals(key);
    }

    private Change only(Predicate<Bytes> wanted) {
        return new Change(
                key,
                operations.stream()
                        .filter(operation -> wanted.test(operation.key()))
                        .toList(),
                guard);
    }

    int size() {
        int size = 0;
        for (Operation operation : operations) {
            size += operation.size();
        }
        return size;
    }

    /** The quarantine's batches into which this puts values. */
    Stream<String> quarantineBatches() {
        return isOneWrite()
                ? Stream.empty()
                : operations.stream()
                        .filter(operation -> !isOfKey(operation) && Quarantine.isSettingAside(operation))
                        .map(Quarantine::batchOf);
    }

    /** Whether this is a write of the key and nothing else, as most are. */
    private boolean isOneWrite() {
        return operations.size() == 1 && isOfKey(operations.get(0));
    }

    /** How many values this puts into quarantine. */
    long setsAside() {
        return isOneWrite() ? 0 : quarantineBatches().count();
    }

    /** How many operations a transaction needs for this, with a label for each batch. */
    int operationCount() {
        return operations.size() + (int) setsAside();
    }

    /** Bytes of the key and value put in scope; 0 for a deletion. */
    long putBytes() {
        long bytes = 0;
        for (Operation operation : operations) {
            bytes += operation instanceof Operation.Put && isOfKey(operation) ? operation.size() : 0;
        }
        return bytes;
    }
}
