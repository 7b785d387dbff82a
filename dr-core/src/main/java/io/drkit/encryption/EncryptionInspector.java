package io.drkit.encryption;

import io.drkit.encryption.Inspection.Count;
import io.drkit.encryption.Inspection.Group;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.keyspace.RegistryKey;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Walk;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says which of a site's stored values kube-apiserver reads with a configuration, and which not. Writes nothing. Memory does not grow with the
 * number of keys. Thread-safe.
 *
 * <p>One value that cannot be read fails LIST for its whole resource. So before a configuration is installed, inspect with it.
 */
public final class EncryptionInspector {

    private static final int SAMPLES = 10;

    private final KeyStore store;

    public EncryptionInspector(KeyStore store) {
        this.store = store;
    }

    /** Reads everything under the transformer's prefix. Throws what {@link KeyStore#range} does. */
    public Inspection inspect(ValueTransformer transformer) {
        Map<Group, Tally> tallies = new TreeMap<>();
        Map<Verdict, List<Bytes>> samples = new EnumMap<>(Verdict.class);
        long revision = Walk.through(store, KeyRange.folder(transformer.registryPrefix()), entry -> {
            Reading reading = transformer.readAsKubeApiserver(entry.key(), entry.value());
            tallies.computeIfAbsent(group(entry, reading, transformer), group -> new Tally())
                    .add(reading);
            List<Bytes> sample = samples.computeIfAbsent(reading.verdict(), verdict -> new ArrayList<>());
            if (reading.verdict() != Verdict.READABLE && sample.size() < SAMPLES) {
                sample.add(entry.key());
            }
        });
        List<Count> counts = new ArrayList<>();
        tallies.forEach((group, tally) -> counts.add(tally.count(group)));
        samples.remove(Verdict.READABLE);
        return new Inspection(revision, counts, samples);
    }

    private static Group group(KeyValue entry, Reading reading, ValueTransformer transformer) {
        String resource = RegistryKey.parse(entry.key(), transformer.registryPrefix())
                .map(key -> key.resource().toString())
                .orElse("");
        return new Group(resource, reading.provider(), reading.keyName());
    }

    /** The counts of one group, while they grow. */
    private static final class Tally {

        private final Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);
        private long stale;

        void add(Reading reading) {
            verdicts.merge(reading.verdict(), 1L, Long::sum);
            stale += reading.current() ? 0 : 1;
        }

        Count count(Group group) {
            return new Count(
                    group,
                    of(Verdict.READABLE),
                    of(Verdict.UNREADABLE),
                    of(Verdict.MISREAD),
                    of(Verdict.NEEDS_PLUGIN),
                    stale);
        }

        private long of(Verdict verdict) {
            return verdicts.getOrDefault(verdict, 0L);
        }
    }
}
