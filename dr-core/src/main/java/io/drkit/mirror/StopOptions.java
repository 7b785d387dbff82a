package io.drkit.mirror;

import io.drkit.Ticker;
import java.time.Duration;

/**
 * How a {@link SafeStop} goes about it.
 *
 * @param name of the mirror; {@code default} by default
 * @param patience how long the mirror may take to end after it was asked; 60 s by default
 * @param sampleSize how many of the keys that a garbage collector would delete are named; 10 by default
 * @param ticker what waiting is measured by; the system's monotonic clock by default
 */
public record StopOptions(String name, Duration patience, int sampleSize, Ticker ticker) {

    public static StopOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Sets what differs from the defaults. */
    public static final class Builder {

        private String name = "default";
        private Duration patience = Duration.ofSeconds(60);
        private int sampleSize = 10;
        private Ticker ticker = Ticker.SYSTEM;

        private Builder() {}

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder patience(Duration patience) {
            this.patience = patience;
            return this;
        }

        public Builder sampleSize(int sampleSize) {
            this.sampleSize = sampleSize;
            return this;
        }

        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        public StopOptions build() {
            if (patience.isNegative()) {
                throw new IllegalArgumentException("patience must not be negative, but is " + patience);
            }
            if (sampleSize < 0) {
                throw new IllegalArgumentException("sampleSize must not be negative, but is " + sampleSize);
            }
            return new StopOptions(name, patience, sampleSize, ticker);
        }
    }
}
