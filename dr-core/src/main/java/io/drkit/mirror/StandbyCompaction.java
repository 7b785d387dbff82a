package io.drkit.mirror;

import io.drkit.DrException;
import io.drkit.Ticker;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.RangeRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts a standby that nobody else compacts: its API server, whose job that is, is stopped, and each of the mirror's writes would stay in
 * its database for ever.
 */
final class StandbyCompaction {

    private static final Logger log = LoggerFactory.getLogger(StandbyCompaction.class);

    private final KeyStore standby;
    private final Ticker ticker;
    private final long interval;
    private long due;
    /** The standby's newest revision an interval ago; 0 if not yet known. */
    private long old;

    StandbyCompaction(KeyStore standby, MirrorOptions options) {
        this.standby = standby;
        this.ticker = options.ticker();
        this.interval = options.standbyCompaction().toNanos();
        this.due = ticker.nanoTime();
    }

    /** To be called often. A failure is told in the log and does not disturb the mirror. */
    void tick() {
        if (interval == 0 || ticker.nanoTime() - due < 0) {
            return;
        }
        due = ticker.nanoTime() + interval;
        try {
            if (old != 0 && isReadable(old)) {
                standby.compact(old);
            }
            old = standby.revision();
        } catch (DrException e) {
            log.warn("Could not compact the standby {}: {}", standby.name(), e.getMessage());
        }
    }

    /** If it is not, someone else compacts. */
    private boolean isReadable(long revision) {
        try {
            standby.range(RangeRequest.of(KeyRange.ALL, revision, 1).onlyKeys());
            return true;
        } catch (CompactedException e) {
            return false;
        }
    }
}
