package io.drkit.encryption;

import io.drkit.encryption.Reading.Verdict;
import io.drkit.keystore.Bytes;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What a configuration makes of a site's stored values, in kube-apiserver's way of reading.
 *
 * @param revision the revision that was read; where compaction interrupted the reading, the last one
 * @param counts by resource, provider and key, in that order
 * @param samples the first keys of each verdict that is not {@link Verdict#READABLE}
 */
public record Inspection(long revision, List<Count> counts, Map<Verdict, List<Bytes>> samples) {

    public Inspection {
        counts = List.copyOf(counts);
        samples = Map.copyOf(samples);
    }

    /**
     * What is counted together.
     *
     * @param resource such as {@code secrets} or {@code deployments.apps}
     * @param provider such as {@code aescbc}, {@code kms v2} or {@code identity}: who read it, or what the value says of itself
     * @param key the name of the key, or of the KMS provider; empty for identity
     */
    public record Group(String resource, String provider, String key) implements Comparable<Group> {

        private static final Comparator<Group> ORDER = Comparator.comparing(Group::resource)
                .thenComparing(Group::provider)
                .thenComparing(Group::key);

        @Override
        public int compareTo(Group other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * How many values of a group.
     *
     * @param misread values that kube-apiserver decrypts with a wrong key, and so fails to decode
     * @param needsPlugin values of a configured KMS provider: only kube-apiserver can tell
     * @param stale values that are not under the key that writes now, be they readable or not
     */
    public record Count(Group group, long readable, long unreadable, long misread, long needsPlugin, long stale) {}

    public long readable() {
        return sum(Count::readable);
    }

    public long unreadable() {
        return sum(Count::unreadable);
    }

    public long misread() {
        return sum(Count::misread);
    }

    public long needsPlugin() {
        return sum(Count::needsPlugin);
    }

    public long stale() {
        return sum(Count::stale);
    }

    /** Whether kube-apiserver reads all that can be told of here: nothing is unreadable or misread. */
    public boolean isReadable() {
        return unreadable() == 0 && misread() == 0;
    }

    private long sum(ToLongFunction<Count> count) {
        return counts.stream().mapToLong(count).sum();
    }
}
