package io.drkit.testkit;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.StoreStatus;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Another store with faults on demand. A hook is called before and after each call, with the call's name: the method's, or {@code
 * watch.next} and {@code lease.close}. What it throws the caller gets: thrown before, the call was never made; thrown after, it was made and
 * its answer is lost. Thread-safe if the hook is.
 */
public final class FaultyKeyStore implements KeyStore {

    /** When a hook is called. */
    public enum Moment {
        BEFORE,
        AFTER
    }

    /** What a test wants to happen. May do anything, to the store as well. */
    @FunctionalInterface
    public interface Hook {
        void at(Moment moment, String call);
    }

    private final KeyStore store;
    private volatile Hook hook;
    private volatile @Nullable Transaction last;

    public FaultyKeyStore(KeyStore store, Hook hook) {
        this.store = store;
        this.hook = hook;
    }

    /** Replaces the hook. */
    public void hook(Hook hook) {
        this.hook = hook;
    }

    /** The transaction last sent, whether or not it arrived. */
    public Transaction last() {
        return Objects.requireNonNull(last, "nothing was committed yet");
    }

    /** Delivers the transaction last sent once more, as a network may, past the hook. */
    public CommitResult replayLast() {
        return store.commit(last());
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public StoreStatus status() {
        return call("status", store::status);
    }

    @Override
    public Page range(RangeRequest request) {
        return call("range", () -> store.range(request));
    }

    @Override
    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
        return call("read", () -> store.read(keys));
    }

    @Override
    public Watch watch(KeyRange range, long startRevision) {
        return call("watch", () -> new FaultyWatch(store.watch(range, startRevision)));
    }

    @Override
    public CommitResult commit(Transaction transaction) {
        last = transaction;
        return call("commit", () -> store.commit(transaction));
    }

    @Override
    public Lease grantLease(Duration timeToLive) {
        return call("grantLease", () -> new FaultyLease(store.grantLease(timeToLive)));
    }

    @Override
    public void compact(long revision) {
        call("compact", () -> {
            store.compact(revision);
            return revision;
        });
    }

    /** Closes nothing: the other store is its opener's. */
    @Override
    public void close() {}

    private <T> T call(String name, Supplier<T> action) {
        hook.at(Moment.BEFORE, name);
        T result = action.get();
        hook.at(Moment.AFTER, name);
        return result;
    }

    private final class FaultyWatch implements Watch {

        private final Watch watch;

        FaultyWatch(Watch watch) {
            this.watch = watch;
        }

        @Override
        public WatchSignal next(Duration timeout) throws InterruptedException {
            hook.at(Moment.BEFORE, "watch.next");
            WatchSignal signal = watch.next(timeout);
            hook.at(Moment.AFTER, "watch.next");
            return signal;
        }

        @Override
        public void requestProgress() {
            watch.requestProgress();
        }

        @Override
        public void close() {
            watch.close();
        }
    }

    private final class FaultyLease implements Lease {

        private final Lease lease;

        FaultyLease(Lease lease) {
            this.lease = lease;
        }

        @Override
        public long id() {
            return lease.id();
        }

        @Override
        public boolean isAlive() {
            return lease.isAlive();
        }

        @Override
        public void close() {
            call("lease.close", () -> {
                lease.close();
                return lease;
            });
        }
    }
}
