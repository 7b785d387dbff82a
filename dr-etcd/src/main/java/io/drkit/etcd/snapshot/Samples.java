package io.drkit.etcd.snapshot;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.snapshot.Snapshot.Sample;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Keys by which a snapshot is proved. */
final class Samples {

    private static final String REGISTRY = "/registry/";
    private static final int MOST = 64;

    private Samples() {}

    /** The first key of each resource, or, in a store that holds no platform's, the first keys of all. */
    static List<Sample> of(KeyStore store, long revision) {
        List<Sample> samples = new ArrayList<>();
        Scan.directories(store, REGISTRY).stream()
                .limit(MOST)
                .forEach(name -> first(store, KeyRange.folder(REGISTRY + name), revision, 1)
                        .forEach(samples::add));
        return samples.isEmpty() ? first(store, KeyRange.ALL, revision, MOST) : samples;
    }

    private static List<Sample> first(KeyStore store, KeyRange range, long revision, int count) {
        return store.range(RangeRequest.of(range, revision, count)).entries().stream()
                .map(Sample::of)
                .toList();
    }

    static Bytes key(Sample sample) {
        return Bytes.wrap(Base64.getDecoder().decode(sample.key()));
    }

    /** How the store holds the sample's key at a revision, if other than the sample says. */
    static Optional<String> difference(KeyStore store, Sample sample, long revision) {
        Bytes key = key(sample);
        List<KeyValue> found = store.range(RangeRequest.of(new KeyRange(key, key.successor()), revision, 1))
                .entries();
        if (found.isEmpty()) {
            return Optional.of(key.printable() + " is not there");
        }
        KeyValue entry = found.get(0);
        if (entry.modRevision() != sample.modRevision()) {
            return Optional.of(key.printable() + " was last changed in revision " + entry.modRevision() + ", not "
                    + sample.modRevision());
        }
        return Sample.of(entry).equals(sample) ? Optional.empty() : Optional.of(key.printable() + " has another value");
    }
}
