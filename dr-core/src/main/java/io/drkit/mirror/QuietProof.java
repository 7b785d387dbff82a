package io.drkit.mirror;

import io.drkit.Ticker;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import java.util.OptionalLong;

/**
 * Proof that nothing in a range changed since some revision, for servers whose progress notifications cannot be trusted: no key was changed
 * since, and none is gone, for there are as many as then. It costs the primary a walk over the range, so it is used sparingly.
 */
final class QuietProof {

    private static final int REST_PER_COST = 20;

    private final KeyStore source;
    private final KeyRange range;
    private final Ticker ticker;
    private long notBefore;

    QuietProof(KeyStore source, KeyRange range, Ticker ticker) {
        this.source = source;
        this.range = range;
        this.ticker = ticker;
        this.notBefore = ticker.nanoTime();
    }

    boolean isDue() {
        return ticker.nanoTime() - notBefore >= 0;
    }

    /**
     * A newer revision at which the range is as it was at {@code revision}, if that can be proved.
     *
     * @param keys how many keys it held then
     */
    OptionalLong prove(long revision, long keys) {
        long began = ticker.nanoTime();
        Page page = source.range(RangeRequest.of(range, 0, 1).onlyKeys().modifiedSince(revision + 1));
        notBefore = ticker.nanoTime() + REST_PER_COST * (ticker.nanoTime() - began);
        return page.entries().isEmpty() && page.count() == keys
                ? OptionalLong.of(page.revision())
                : OptionalLong.empty();
    }
}
