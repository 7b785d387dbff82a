package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the standby holds where a copy goes, page by page; while one is used the next is under way. Nothing is asked for twice, so a standby that
 * holds little is asked once. What others write there meanwhile is not told: the guards of what the copy writes do not let it pass, and where the copy
 * writes nothing, it is the {@link Keeper}'s to see.
 */
final class StandbyPages {

    private final KeyStore standby;
    private final int pageSize;
    /** Each may be four times the last, as the copy's own are. */
    private int limit;
    /** What the latest page was asked for. */
    private KeyRange range;

    private CompletableFuture<Page> page;
    private @Nullable CompletableFuture<Page> following;

    StandbyPages(KeyStore standby, KeyRange range, int firstPage, int pageSize) {
        this.standby = standby;
        this.range = range;
        this.limit = firstPage;
        this.pageSize = pageSize;
        this.page = standby.fetch(RangeRequest.of(range, 0, limit));
    }

    List<KeyValue> entries() throws InterruptedException {
        return page().entries();
    }

    /** Where the part of {@code rest} ends that {@link #entries} shows; null if they show all of it. */
    @Nullable Bytes end(KeyRange rest) throws InterruptedException {
        Bytes end = end();
        return end != null && rest.contains(end) ? end : null;
    }

    /** Goes on to the next page, of what begins where this one ends. */
    void turn() throws InterruptedException {
        page();
        page = following == null ? page : following;
        following = null;
    }

    private Page page() throws InterruptedException {
        Page here = KeyStore.await(page);
        Bytes end = end(here);
        if (following == null && end != null) {
            limit = Math.min(pageSize, 4 * limit);
            range = range.from(end);
            following = standby.fetch(RangeRequest.of(range, 0, limit));
        }
        return here;
    }

    private @Nullable Bytes end() throws InterruptedException {
        return end(page());
    }

    private static @Nullable Bytes end(Page page) {
        List<KeyValue> entries = page.entries();
        return page.more() ? entries.get(entries.size() - 1).key().successor() : null;
    }
}
