package io.drkit.examples.bench.raw;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import java.util.concurrent.CompletableFuture;

/** Reads a range page by page at one revision, the next page under way while one is taken; does nothing with it. */
public final class RawReader {

    private RawReader() {}

    /** What is done with a page. */
    public interface Taker {
        void take(Page page) throws InterruptedException;
    }

    /** Returns how many keys it read. */
    public static long read(KeyStore store, RangeRequest first, Taker taker) throws InterruptedException {
        long keys = 0;
        CompletableFuture<Page> coming = store.fetch(first);
        for (boolean more = true; more; ) {
            Page page = KeyStore.await(coming);
            more = page.more();
            if (more) {
                coming = store.fetch(following(first, page));
            }
            taker.take(page);
            keys += page.entries().size();
        }
        return keys;
    }

    private static RangeRequest following(RangeRequest first, Page page) {
        Bytes last = page.entries().get(page.entries().size() - 1).key();
        RangeRequest rest = RangeRequest.of(first.range().from(last.successor()), page.revision(), first.limit());
        return first.keysOnly() ? rest.onlyKeys() : rest;
    }
}
