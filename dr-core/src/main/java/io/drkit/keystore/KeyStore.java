package io.drkit.keystore;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A revisioned key-value store: all that DrKit asks of etcd, and all that another vendor implements. To change what is stored on the way
 * (to encrypt it anew, say), wrap one in another.
 *
 * <p>Every call blocks, has a deadline of the implementation's, and ends early when its thread is interrupted. Every call throws {@link
 * SiteUnreachableException} when the store does not answer or does not let us in and nothing was changed. Thread-safe. A backend proves
 * itself by extending {@code KeyStoreContract} of dr-testkit.
 */
public interface KeyStore extends AutoCloseable {

    /** The guards, and the operations, that every store takes in one transaction: etcd's default {@code --max-txn-ops}. */
    int MAX_OPERATIONS = 128;

    /** How this store is named in messages: its endpoints, say. Holds no secret. */
    String name();

    /** May wait for every member to answer; where only the revision is wanted, {@link #revision} is cheaper. */
    StoreStatus status();

    /** The newest revision, linearizably. */
    default long revision() {
        Bytes key = Bytes.copyOf((byte) 0);
        return range(RangeRequest.of(new KeyRange(key, key.successor()), 0, 1).onlyKeys())
                .revision();
    }

    /**
     * One page of a range.
     *
     * @throws CompactedException when {@link RangeRequest#revision} was compacted away
     * @throws FutureRevisionException when it was not reached yet
     */
    Page range(RangeRequest request);

    /** The given keys as of one revision, the newest, linearizably; those that do not exist are left out. At most {@link #MAX_OPERATIONS}. */
    Map<Bytes, KeyValue> read(Collection<Bytes> keys);

    /** How many keys the range holds now. */
    default long count(KeyRange range) {
        return range(RangeRequest.of(range, 0, 1).onlyKeys()).count();
    }

    /**
     * The changes of {@code range} from {@code startRevision}, inclusive, which may lie in the future. Returns before the server has answered;
     * what is wrong comes from {@link Watch#next}.
     *
     * @param startRevision at least 1
     */
    Watch watch(KeyRange range, long startRevision);

    /**
     * Commits one transaction, sending it at most once.
     *
     * @throws OutcomeUnknownException when it was sent and no answer came: it may have been done, or may be done later
     */
    CommitResult commit(Transaction transaction);

    /**
     * Sends a page's request ahead, so that its answer is under way while the caller does something else. A store that cannot reads it here and
     * now.
     *
     * @return whose {@code get} returns and throws what {@link #range} does, wrapped in an {@link java.util.concurrent.ExecutionException}
     */
    default CompletableFuture<Page> fetch(RangeRequest request) {
        try {
            return CompletableFuture.completedFuture(range(request));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Sends a transaction, at most once, without waiting for its answer. Several may be under way; they are done in any order, for networks and
     * servers keep none: let guards see to it. A store that cannot does it here and now.
     *
     * @return whose {@code get} returns and throws what {@link #commit} does, wrapped in an {@link java.util.concurrent.ExecutionException};
     *     cancelling it takes nothing back
     */
    default CompletableFuture<CommitResult> submit(Transaction transaction) {
        try {
            return CompletableFuture.completedFuture(commit(transaction));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What {@link #fetch} or {@link #submit} is to return, once it is there; throws what {@link #range} or {@link #commit} would. */
    static <T> T await(CompletableFuture<T> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Grants a lease and keeps it alive. */
    Lease grantLease(Duration timeToLive);

    /** Makes every revision before {@code revision} unreadable. A revision already compacted is no error. */
    void compact(long revision);

    /** Closes the connections this store opened. Idempotent. */
    @Override
    void close();
}
