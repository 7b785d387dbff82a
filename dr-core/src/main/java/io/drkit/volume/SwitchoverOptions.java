package io.drkit.volume;

import java.time.Duration;

/**
 * How applications are moved.
 *
 * @param quiesceTimeout how long pods may take to end; 5 min by default
 * @param parallel how many claims are worked on at a time; 8 by default
 * @param reverse whether a migration sets up the replication back; true by default
 */
public record SwitchoverOptions(Duration quiesceTimeout, int parallel, boolean reverse) {

    public static final SwitchoverOptions DEFAULTS = new SwitchoverOptions(Duration.ofMinutes(5), 8, true);

    /** @throws IllegalArgumentException when a value makes no sense */
    public SwitchoverOptions {
        if (quiesceTimeout.isNegative() || parallel < 1) {
            throw new IllegalArgumentException(
                    "A timeout is not negative, and at least one claim is worked on at a time.");
        }
    }

    public SwitchoverOptions quiesceTimeout(Duration quiesceTimeout) {
        return new SwitchoverOptions(quiesceTimeout, parallel, reverse);
    }

    public SwitchoverOptions parallel(int parallel) {
        return new SwitchoverOptions(quiesceTimeout, parallel, reverse);
    }

    public SwitchoverOptions withoutReverse() {
        return new SwitchoverOptions(quiesceTimeout, parallel, false);
    }
}
