package io.drkit.keystore;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A store in front of another, to which it hands on every call: extend it, and override what is to differ. */
public abstract class ForwardingKeyStore implements KeyStore {

    private final KeyStore store;

    /** @param store is closed with this one */
    protected ForwardingKeyStore(KeyStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public StoreStatus status() {
        return store.status();
    }

    @Override
    public long revision() {
        return store.revision();
    }

    @Override
    public Page range(RangeRequest request) {
        return store.range(request);
    }

    @Override
    public CompletableFuture<Page> fetch(RangeRequest request) {
        return store.fetch(request);
    }

    @Override
    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
        return store.read(keys);
    }

    @Override
    public long count(KeyRange range) {
        return store.count(range);
    }

    @Override
    public Watch watch(KeyRange range, long startRevision) {
        return store.watch(range, startRevision);
    }

    @Override
    public CommitResult commit(Transaction transaction) {
        return store.commit(transaction);
    }

    @Override
    public CompletableFuture<CommitResult> submit(Transaction transaction) {
        return store.submit(transaction);
    }

    @Override
    public Lease grantLease(Duration timeToLive) {
        return store.grantLease(timeToLive);
    }

    @Override
    public void compact(long revision) {
        store.compact(revision);
    }

    @Override
    public void close() {
        store.close();
    }
}
