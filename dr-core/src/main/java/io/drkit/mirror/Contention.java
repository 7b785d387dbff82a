package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.object.DesiredState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often keys of the standby had to be put right, so that none is fought over for ever: some controller there may want it otherwise. A few
 * times within a while, with growing pauses; then the key is left alone until the while is over. For the mirror's thread.
 */
final class Contention {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final int GROWTH = 4;

    private final MirrorOptions options;
    private final Map<Bytes, Fight> fights = new HashMap<>();

    private static final class Fight {

        long since;
        int corrections;
        long notBefore;
        /** What was set aside last: a controller that writes the same again and again fills no quarantine. */
        @Nullable Bytes setAside;
    }

    Contention(MirrorOptions options) {
        this.options = options;
    }

    /** Whether {@code key} was put right a moment ago, and is given time to rest. What is to be left alone need not wait for that. */
    boolean isPaused(Bytes key) {
        Fight fight = fights.get(key);
        return fight != null && options.ticker().nanoTime() - fight.notBefore < 0 && !isOverBudget(key);
    }

    /** Whether {@code key} was put right so often that it is to be left alone now. */
    boolean isOverBudget(Bytes key) {
        Fight fight = fights.get(key);
        return fight != null
                && fight.corrections >= options.corrections()
                && options.ticker().nanoTime() - fight.since
                        < options.correctionWindow().toNanos();
    }

    /** {@code key} was put right. */
    void corrected(Bytes key) {
        long now = options.ticker().nanoTime();
        Fight fight = fights.computeIfAbsent(key, any -> new Fight());
        if (fight.corrections == 0
                || now - fight.since >= options.correctionWindow().toNanos()) {
            fight.since = now;
            fight.corrections = 0;
        }
        long pause = FIRST_PAUSE.toNanos() * (long) Math.pow(GROWTH, Math.min(fight.corrections, 6));
        fight.corrections++;
        fight.notBefore = now + pause;
    }

    /** Whether the standby's value says no more than what was set aside of this key before. */
    boolean wasSetAside(KeyValue existing, DesiredState desired) {
        Fight fight = fights.get(existing.key());
        Bytes before = fight == null ? null : fight.setAside;
        return before != null && desired.isEqual(before, existing.value());
    }

    /** This value of {@code key} was set aside. */
    void setAside(Bytes key, Bytes value) {
        Fight fight = fights.get(key);
        if (fight != null) {
            fight.setAside = value;
        }
    }

    /** What is long over is forgotten. */
    void forgetOld() {
        long now = options.ticker().nanoTime();
        fights.values()
                .removeIf(fight ->
                        now - fight.since > 2 * options.correctionWindow().toNanos());
    }
}
