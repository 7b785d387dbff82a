package io.drkit.examples.cli;

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
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A key store that tells how far the scan of it has come; shows also how any store can be decorated. */
public final class MeteredKeyStore implements KeyStore {

    private final KeyStore store;
    private final String phase;
    private final Progress progress;
    private long scanned;
    private long total;

    public MeteredKeyStore(KeyStore store, String phase, Progress progress) {
        this.store = store;
        this.phase = phase;
        this.progress = progress;
    }

    @Override
    public Page range(RangeRequest request) {
        return metered(request, store.range(request));
    }

    @Override
    public CompletableFuture<Page> fetch(RangeRequest request) {
        return store.fetch(request).thenApply(page -> metered(request, page));
    }

    private synchronized Page metered(RangeRequest request, Page page) {
        if (request.limit() > 1) {
            total = Math.max(total, page.count());
            scanned += page.entries().size();
            progress.update(phase, scanned, total, "");
        }
        return page;
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
    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
        return store.read(keys);
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
