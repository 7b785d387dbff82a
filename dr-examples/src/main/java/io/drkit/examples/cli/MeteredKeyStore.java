package io.drkit.examples.cli;

import io.drkit.keystore.ForwardingKeyStore;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import java.util.concurrent.CompletableFuture;

/** A key store that tells how far the scan of it has come; shows also how any store can be decorated. */
public final class MeteredKeyStore extends ForwardingKeyStore {

    private final String phase;
    private final Progress progress;
    private long scanned;
    private long total;

    public MeteredKeyStore(KeyStore store, String phase, Progress progress) {
        super(store);
        this.phase = phase;
        this.progress = progress;
    }

    @Override
    public Page range(RangeRequest request) {
        return metered(request, super.range(request));
    }

    @Override
    public CompletableFuture<Page> fetch(RangeRequest request) {
        return super.fetch(request).thenApply(page -> metered(request, page));
    }

    private synchronized Page metered(RangeRequest request, Page page) {
        if (request.limit() > 1) {
            total = Math.max(total, page.count());
            scanned += page.entries().size();
            progress.update(phase, scanned, total, "");
        }
        return page;
    }
}
