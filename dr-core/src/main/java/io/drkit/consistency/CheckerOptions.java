package io.drkit.consistency;

import io.drkit.Ticker;
import java.time.Clock;
import java.time.Duration;

/**
 * How a {@link DefaultConsistencyChecker} goes about it.
 *
 * @param sampleSize how many differences of each kind are named; 10 by default
 * @param pageSize how many keys are read at a time from each side; 10,000 by default. Where values are large, a store returns fewer
 * @param settle how long a running mirror is waited for, so that what it is about to apply counts as no difference; 30 s by default
 * @param clock dates the quarantine batch of a repair; the system's by default
 * @param ticker what waiting is measured by; the system's monotonic clock by default
 */
public record CheckerOptions(int sampleSize, int pageSize, Duration settle, Clock clock, Ticker ticker) {

    public static final CheckerOptions DEFAULT = builder().build();

    public static Builder builder() {
        return new Builder();
    }

    /** Sets what differs from the defaults. */
    public static final class Builder {

        private int sampleSize = 10;
        private int pageSize = 10_000;
        private Duration settle = Duration.ofSeconds(30);
        private Clock clock = Clock.systemUTC();
        private Ticker ticker = Ticker.SYSTEM;

        private Builder() {}

        public Builder sampleSize(int sampleSize) {
            this.sampleSize = sampleSize;
            return this;
        }

        public Builder pageSize(int pageSize) {
            this.pageSize = pageSize;
            return this;
        }

        public Builder settle(Duration settle) {
            this.settle = settle;
            return this;
        }

        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        public CheckerOptions build() {
            if (sampleSize < 0) {
                throw new IllegalArgumentException("sampleSize must not be negative, but is " + sampleSize);
            }
            if (pageSize < 1) {
                throw new IllegalArgumentException("pageSize must be at least 1, not " + pageSize);
            }
            if (settle.isNegative()) {
                throw new IllegalArgumentException("settle must not be negative, but is " + settle);
            }
            return new CheckerOptions(sampleSize, pageSize, settle, clock, ticker);
        }
    }
}
