package io.drkit.testkit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Timeout;

/** A store in memory, and the words for what is done and seen there. */
@Timeout(60)
abstract class OnAStore {

    final InMemoryKeyStore store = new InMemoryKeyStore("standby");
    final Acts acts = new Acts();

    static Operation putting(String key, Bytes value) {
        return Operation.put(Bytes.utf8(key), value);
    }

    /** In one revision. */
    final void commit(Operation... operations) {
        assertThat(store.commit(new Transaction(List.of(), List.of(operations))))
                .isInstanceOf(CommitResult.Committed.class);
    }

    final void put(String key, Bytes value) {
        commit(putting(key, value));
    }

    final void delete(String key) {
        commit(Operation.delete(Bytes.utf8(key)));
    }

    /** Empty where nothing is. */
    final Bytes value(String key) {
        KeyValue entry = store.read(List.of(Bytes.utf8(key))).get(Bytes.utf8(key));
        return entry == null ? Bytes.EMPTY : entry.value();
    }

    final boolean has(String key) {
        return !value(key).isEmpty();
    }

    /** None where nothing is. */
    final List<OwnerReference> owners(String key) {
        return StoredObject.read(value(key)).map(StoredObject::owners).orElse(List.of());
    }

    final Map<String, StoredObject> below(String prefix) {
        Map<String, StoredObject> objects = new TreeMap<>();
        store.range(RangeRequest.of(KeyRange.prefix(prefix), 0, 1_000))
                .entries()
                .forEach(entry -> StoredObject.read(entry.value())
                        .ifPresent(object -> objects.put(entry.key().utf8(), object)));
        return objects;
    }

    static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(2));
    }

    /** Long enough for anything that would happen to have happened. */
    static void aWhile() throws InterruptedException {
        Thread.sleep(400);
    }
}
