package io.drkit.rollout;

import java.time.Duration;

/**
 * What a rollout puts up with.
 *
 * @param acceptUnreadable whether it begins also where the site's etcd holds values that its kube-apiservers cannot read: copies of the other site's,
 *     say, which the file is to make readable. What they can read must remain so; false by default
 * @param patience how long a server that is between two starts is waited for; 1 min by default
 */
public record RolloutOptions(boolean acceptUnreadable, Duration patience) {

    public static final RolloutOptions DEFAULTS = new RolloutOptions(false, Duration.ofMinutes(1));

    /** @throws IllegalArgumentException when the patience is negative */
    public RolloutOptions {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("Patience must not be negative.");
        }
    }

    public RolloutOptions acceptingUnreadable() {
        return new RolloutOptions(true, patience);
    }

    public RolloutOptions patience(Duration patience) {
        return new RolloutOptions(acceptUnreadable, patience);
    }
}
