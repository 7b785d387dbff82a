package io.drkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.CommitResult.Committed;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the contract's tests share: the store under test, and a part of its keys that is theirs alone, so that one server serves all of them.
 */
public abstract class KeyStoreFixture {

    private final String prefix = "/contract/" + UUID.randomUUID() + "/";

    /** Every key of this test. */
    protected final KeyRange mine = KeyRange.prefix(prefix);

    private KeyStore store;

    /** Opens a connection to the server under test; the same server within one test. Closed by the contract. */
    protected abstract KeyStore open();

    /** Makes the holder of a lease die without revoking it. {@code holder} was just opened; by default it is closed. */
    protected void die(KeyStore holder, Lease lease) {
        holder.close();
    }

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    /** The store under test. */
    protected final KeyStore store() {
        return store;
    }

    final Bytes key(String name) {
        return Bytes.utf8(prefix + name);
    }

    final Bytes key(int... bytes) {
        byte[] tail = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tail[i] = (byte) bytes[i];
        }
        return Bytes.utf8(prefix).concat(Bytes.wrap(tail));
    }

    static Bytes value(String text) {
        return Bytes.utf8(text);
    }

    /** @return the revision */
    final long put(String key, String value) {
        return commit(Operation.put(key(key), value(value)));
    }

    final long put(Bytes key, Bytes value) {
        return commit(Operation.put(key, value));
    }

    final long delete(String key) {
        return commit(Operation.delete(key(key)));
    }

    /** @return the revision */
    final long commit(Operation... operations) {
        return commit(Arrays.asList(operations));
    }

    final long commit(List<Operation> operations) {
        CommitResult result = store.commit(new Transaction(List.of(), operations));
        assertThat(result).isInstanceOf(Committed.class);
        return ((Committed) result).revision();
    }

    final KeyValue get(String key) {
        return Objects.requireNonNull(store.read(List.of(key(key))).get(key(key)), key);
    }

    /** All pages of a request, checked for what every page must keep. */
    final List<KeyValue> pages(RangeRequest first) {
        List<KeyValue> all = new ArrayList<>();
        RangeRequest request = first;
        while (true) {
            Page page = store.range(request);
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(first.limit());
            all.addAll(page.entries());
            if (!page.more()) {
                return all;
            }
            assertThat(page.entries()).as("a page with more to come").isNotEmpty();
            KeyValue last = page.entries().get(page.entries().size() - 1);
            request = new RangeRequest(
                    first.range().from(last.key().successor()),
                    page.revision(),
                    first.limit(),
                    first.keysOnly(),
                    first.minModRevision(),
                    first.minCreateRevision());
        }
    }

    final List<Bytes> keys(RangeRequest request) {
        return pages(request).stream().map(KeyValue::key).toList();
    }

    final List<Bytes> keysNow() {
        return keys(RangeRequest.of(mine, 0, 1_000));
    }
}
