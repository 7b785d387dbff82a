package io.drkit.volsync;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.parser.CronParser;
import io.drkit.volume.VolumeRisk;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How claims are replicated.
 *
 * @param schedule when VolSync syncs by itself, in five fields of cron, in the time zone of its operator (UTC as a rule); null for only when asked
 * @param copyMethod {@link CopyMethod#SNAPSHOT} by default
 * @param accessModes of a claim that is created at the destination; empty is as at the source
 * @param moverSecurityContext of the pods that move data; null by default. To keep owners and modes the namespaces need the annotation {@code
 *     volsync.backube/privileged-movers: "true"}
 * @param keySecret a Secret in the claim's namespace whose {@code psk.txt} both movers share; null for one that DrKit makes for each claim
 * @param keep how many earlier snapshots are kept at the destination, beside the newest; 3 by default
 * @param shrinkTo a source that is smaller than this share of what it was at the sync before is a {@link VolumeRisk#SHRUNKEN_SOURCE}; 0.5 by default
 * @param setUpTimeout how long an address, a mover's end and the like are waited for; 5 min by default
 * @param syncTimeout how long a sync may take, with the one that runs before it; 2 h by default
 * @param poll between two looks; 2 s by default
 * @param accepted the risks that a person has accepted; none by default
 */
public record VolSyncOptions(
        @Nullable String schedule,
        CopyMethod copyMethod,
        List<String> accessModes,
        @Nullable PodSecurityContext moverSecurityContext,
        @Nullable String keySecret,
        int keep,
        double shrinkTo,
        Duration setUpTimeout,
        Duration syncTimeout,
        Duration poll,
        Set<VolumeRisk> accepted) {

    public static final VolSyncOptions DEFAULTS = builder().build();

    /** @throws IllegalArgumentException in one sentence, when a value makes no sense */
    public VolSyncOptions {
        accessModes = List.copyOf(accessModes);
        accepted = Set.copyOf(accepted);
        if (schedule != null) {
            requireCron(schedule);
        }
        if (keep < 0 || shrinkTo < 0 || shrinkTo > 1) {
            throw new IllegalArgumentException("Snapshots kept are none or more, and a share is between 0 and 1.");
        }
        for (Duration duration : List.of(setUpTimeout, syncTimeout, poll)) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("Timeouts, and the time between two looks, are more than nothing.");
            }
        }
    }

    /** VolSync's resource definitions take five fields, and its parser them only. */
    private static void requireCron(String schedule) {
        try {
            new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                    .parse(schedule)
                    .validate();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The schedule '" + schedule
                    + "' is not five fields of cron, as in '*/15 * * * *': " + e.getMessage());
        }
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    boolean accepts(VolumeRisk risk) {
        return accepted.contains(risk);
    }

    /** Collects {@link VolSyncOptions}. Not thread-safe. */
    public static final class Builder {

        private @Nullable String schedule;
        private CopyMethod copyMethod = CopyMethod.SNAPSHOT;
        private List<String> accessModes = List.of();
        private @Nullable PodSecurityContext moverSecurityContext;
        private @Nullable String keySecret;
        private int keep = 3;
        private double shrinkTo = 0.5;
        private Duration setUpTimeout = Duration.ofMinutes(5);
        private Duration syncTimeout = Duration.ofHours(2);
        private Duration poll = Duration.ofSeconds(2);
        private Set<VolumeRisk> accepted = Set.of();

        private Builder() {}

        public Builder schedule(@Nullable String schedule) {
            this.schedule = schedule;
            return this;
        }

        public Builder copyMethod(CopyMethod copyMethod) {
            this.copyMethod = copyMethod;
            return this;
        }

        public Builder accessModes(List<String> accessModes) {
            this.accessModes = accessModes;
            return this;
        }

        public Builder moverSecurityContext(@Nullable PodSecurityContext moverSecurityContext) {
            this.moverSecurityContext = moverSecurityContext;
            return this;
        }

        public Builder keySecret(@Nullable String keySecret) {
            this.keySecret = keySecret;
            return this;
        }

        public Builder keep(int keep) {
            this.keep = keep;
            return this;
        }

        public Builder shrinkTo(double shrinkTo) {
            this.shrinkTo = shrinkTo;
            return this;
        }

        public Builder setUpTimeout(Duration setUpTimeout) {
            this.setUpTimeout = setUpTimeout;
            return this;
        }

        public Builder syncTimeout(Duration syncTimeout) {
            this.syncTimeout = syncTimeout;
            return this;
        }

        public Builder poll(Duration poll) {
            this.poll = poll;
            return this;
        }

        public Builder accept(Set<VolumeRisk> accepted) {
            this.accepted = accepted;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when a value makes no sense */
        public VolSyncOptions build() {
            return new VolSyncOptions(
                    schedule,
                    copyMethod,
                    accessModes,
                    moverSecurityContext,
                    keySecret,
                    keep,
                    shrinkTo,
                    setUpTimeout,
                    syncTimeout,
                    poll,
                    accepted);
        }
    }
}
