package io.drkit.mirror;

import io.drkit.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a mirror works. Everything has a default.
 *
 * @param name what this mirror's records on the standby are kept under; letters, digits, {@code -}, {@code _} and {@code .}; default {@code
 *     default}
 * @param accept what a person has accepted for this session; default none
 * @param reconcile whether to begin by going through all keys, also where the checkpoint could be gone on from; default no
 * @param lockTimeToLive how long a killed mirror blocks the next one; default 15 s, at least 1 s. etcd raises it to 1.5 election timeouts
 * @param pageSize the most keys read at once while copying; default 10,000. Where values are large, a store returns fewer
 * @param maxTransactionBytes the most bytes of keys and values written at once, as long as there is more than one key; default 1 MiB, for
 *     etcd takes 1.5 MiB by default
 * @param maxShrink the share of the standby's keys that may vanish within {@code shrinkWindow}, or in one copy, before the mirror refuses to
 *     follow; default 0.3
 * @param shrinkFloor up to this many vanishing keys are followed, whatever their share; default 10
 * @param shrinkWindow default 10 minutes
 * @param silence a watch that says nothing for this long, though asked, is opened anew; default 30 s
 * @param checkpointInterval how often an idle mirror moves its checkpoint; default 30 s
 * @param standbyCompaction how much history the standby keeps when nobody else compacts it; default 5 minutes, as kube-apiserver does; zero
 *     is never
 * @param maxBackoff the longest pause between attempts to reach a site; default 10 s, at least 200 ms
 * @param corrections how often a key that something on the standby writes is put right within {@code correctionWindow}, before it is left alone
 *     and told as contended; default 5, at least 1. Only where the standby's control plane is alive
 * @param correctionWindow default 10 minutes
 * @param clock for times that people read; default the system's
 * @param ticker what intervals are measured by; default the system's monotonic clock
 */
public record MirrorOptions(
        String name,
        Set<Risk> accept,
        boolean reconcile,
        Duration lockTimeToLive,
        int pageSize,
        int maxTransactionBytes,
        double maxShrink,
        int shrinkFloor,
        Duration shrinkWindow,
        Duration silence,
        Duration checkpointInterval,
        Duration standbyCompaction,
        Duration maxBackoff,
        int corrections,
        Duration correctionWindow,
        Clock clock,
        Ticker ticker) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,63}");

    /** What a person can accept, each for how things are when a session begins; without that the mirror refuses. */
    public enum Risk {
        /** The standby mirrored another primary before. Its keys are kept unless the new primary has them too. */
        NEW_SOURCE,
        /** The primary's history is not the one that was mirrored: it was restored, say. Keys it does not have any more are kept. */
        NEW_HISTORY,
        /** Many of the primary's keys vanished, up to now. They are deleted on the standby too. */
        SHRINK
    }

    public MirrorOptions {
        accept = Set.copyOf(accept);
        require(
                NAME.matcher(name).matches() && !name.equals("lock"),
                "name must match " + NAME + " and not be 'lock', not '" + name + "'");
        require(lockTimeToLive.toSeconds() >= 1, "lockTimeToLive must be at least 1 s");
        require(pageSize >= 1, "pageSize must be at least 1");
        require(maxTransactionBytes >= 1, "maxTransactionBytes must be at least 1");
        require(maxShrink >= 0 && maxShrink <= 1, "maxShrink must be between 0 and 1");
        require(maxBackoff.toMillis() >= 200, "maxBackoff must be at least 200 ms");
        require(shrinkFloor >= 0, "shrinkFloor must not be negative");
        require(corrections >= 1, "corrections must be at least 1");
    }

    public static MirrorOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    boolean accepts(Risk risk) {
        return accept.contains(risk);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects options; {@link #build} validates them. */
    public static final class Builder {

        private String name = "default";
        private final Set<Risk> accept = EnumSet.noneOf(Risk.class);
        private boolean reconcile;
        private Duration lockTimeToLive = Duration.ofSeconds(15);
        private int pageSize = 10_000;
        private int maxTransactionBytes = 1024 * 1024;
        private double maxShrink = 0.3;
        private int shrinkFloor = 10;
        private Duration shrinkWindow = Duration.ofMinutes(10);
        private Duration silence = Duration.ofSeconds(30);
        private Duration checkpointInterval = Duration.ofSeconds(30);
        private Duration standbyCompaction = Duration.ofMinutes(5);
        private Duration maxBackoff = Duration.ofSeconds(10);
        private int corrections = 5;
        private Duration correctionWindow = Duration.ofMinutes(10);
        private Clock clock = Clock.systemUTC();
        private Ticker ticker = Ticker.SYSTEM;

        private Builder() {}

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder accept(Risk... risks) {
            accept.addAll(Set.of(risks));
            return this;
        }

        public Builder reconcile(boolean reconcile) {
            this.reconcile = reconcile;
            return this;
        }

        public Builder lockTimeToLive(Duration lockTimeToLive) {
            this.lockTimeToLive = lockTimeToLive;
            return this;
        }

        public Builder pageSize(int pageSize) {
            this.pageSize = pageSize;
            return this;
        }

        public Builder maxTransactionBytes(int maxTransactionBytes) {
            this.maxTransactionBytes = maxTransactionBytes;
            return this;
        }

        public Builder maxShrink(double maxShrink) {
            this.maxShrink = maxShrink;
            return this;
        }

        public Builder shrinkFloor(int shrinkFloor) {
            this.shrinkFloor = shrinkFloor;
            return this;
        }

        public Builder shrinkWindow(Duration shrinkWindow) {
            this.shrinkWindow = shrinkWindow;
            return this;
        }

        public Builder silence(Duration silence) {
            this.silence = silence;
            return this;
        }

        public Builder checkpointInterval(Duration checkpointInterval) {
            this.checkpointInterval = checkpointInterval;
            return this;
        }

        public Builder standbyCompaction(Duration standbyCompaction) {
            this.standbyCompaction = standbyCompaction;
            return this;
        }

        public Builder maxBackoff(Duration maxBackoff) {
            this.maxBackoff = maxBackoff;
            return this;
        }

        public Builder corrections(int corrections) {
            this.corrections = corrections;
            return this;
        }

        public Builder correctionWindow(Duration correctionWindow) {
            this.correctionWindow = correctionWindow;
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

        public MirrorOptions build() {
            return new MirrorOptions(
                    name,
                    accept,
                    reconcile,
                    lockTimeToLive,
                    pageSize,
                    maxTransactionBytes,
                    maxShrink,
                    shrinkFloor,
                    shrinkWindow,
                    silence,
                    checkpointInterval,
                    standbyCompaction,
                    maxBackoff,
                    corrections,
                    correctionWindow,
                    clock,
                    ticker);
        }
    }
}
