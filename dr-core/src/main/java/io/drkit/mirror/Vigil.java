package io.drkit.mirror;

import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.keystore.Watch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Notices that a watch is dead, whatever its connection says: one that has nothing to tell must say at least that, when asked. */
final class Vigil {

    private final Watch watch;
    private final String store;
    private final long silence;
    private final Ticker ticker;
    private long lastHeard;
    /** Since when an answer of the watch has been waited for; null while none is. */
    private @Nullable Long asked;

    Vigil(Watch watch, String store, MirrorOptions options) {
        this.watch = watch;
        this.store = store;
        this.silence = options.silence().toNanos();
        this.ticker = options.ticker();
        this.lastHeard = ticker.nanoTime();
    }

    void heard() {
        lastHeard = ticker.nanoTime();
        asked = null;
    }

    /** Asks the watch how it is, if it has not spoken for long. */
    void askIfQuiet() {
        ask(false);
    }

    /** @param now whether to ask even if it spoke a moment ago */
    void ask(boolean now) {
        long time = ticker.nanoTime();
        if (asked != null && time - asked > silence) {
            throw new SiteUnreachableException("The watch on " + store + " said nothing for "
                    + Duration.ofNanos(time - asked).toSeconds() + " s, though asked; opening another.");
        }
        if (now || time - lastHeard > silence / 4) {
            watch.requestProgress();
            asked = asked == null ? time : asked;
        }
    }
}
