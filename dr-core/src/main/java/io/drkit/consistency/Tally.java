package io.drkit.consistency;

import io.drkit.consistency.Comparison.Counts;
import io.drkit.consistency.KeyDifference.Kind;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Scan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts differences by kind and resource, and keeps the first of each kind. */
final class Tally {

    /** More resources than these are counted together: keys need not be Kubernetes', and memory must stay bounded. */
    private static final int MOST_RESOURCES = 1_000;

    private static final String OTHERS = "(others)";

    private final int sampleSize;
    private final Map<String, Counts> byResource = new TreeMap<>();
    private final List<KeyDifference> sample = new ArrayList<>();
    private Counts total = Counts.NONE;
    private long compared;
    private final List<Bytes> undecidableSample = new ArrayList<>();
    private long undecidable;

    Tally(int sampleSize) {
        this.sampleSize = sampleSize;
    }

    void compared() {
        compared++;
    }

    void undecidable(Bytes key) {
        if (++undecidable <= sampleSize) {
            undecidableSample.add(key);
        }
    }

    /** @param obstacle what keeps a repair from putting it right, if something does */
    void add(Bytes key, Kind kind, Optional<String> obstacle) {
        String resource = resource(key);
        if (byResource.size() >= MOST_RESOURCES && !byResource.containsKey(resource)) {
            resource = OTHERS;
        }
        byResource.put(resource, plus(byResource.getOrDefault(resource, Counts.NONE), kind));
        total = plus(total, kind);
        if (of(total, kind) <= sampleSize) {
            sample.add(new KeyDifference(key, kind, obstacle));
        }
    }

    long compareCount() {
        return compared;
    }

    long undecidableCount() {
        return undecidable;
    }

    List<Bytes> undecidableSample() {
        return List.copyOf(undecidableSample);
    }

    Counts total() {
        return total;
    }

    Map<String, Counts> byResource() {
        return Collections.unmodifiableMap(byResource);
    }

    /** The first of each kind, each with what some mirror noted on the standby why it went on without the key. */
    List<KeyDifference> sample(KeyStore standby) {
        List<String> mirrors = sample.isEmpty() ? List.of() : Scan.directories(standby, DrKitKeys.MIRRORS);
        Map<Bytes, String> noted = new HashMap<>();
        for (String mirror : mirrors) {
            Bytes prefix = DrKitKeys.skipped(mirror);
            for (int from = 0; from < sample.size(); from += KeyStore.MAX_OPERATIONS) {
                List<Bytes> markers =
                        sample.subList(from, Math.min(sample.size(), from + KeyStore.MAX_OPERATIONS)).stream()
                                .map(difference -> prefix.concat(difference.key()))
                                .toList();
                standby.read(markers)
                        .forEach((marker, entry) -> noted.put(
                                marker.dropFirst(prefix.size()), entry.value().utf8()));
            }
        }
        return sample.stream()
                .map(difference -> new KeyDifference(
                        difference.key(),
                        difference.kind(),
                        Optional.ofNullable(noted.get(difference.key())).or(difference::why)))
                .toList();
    }

    /**
     * The second part of a key's path, and the third as well where the second alone does not say it: custom resources lie under their group,
     * and services and endpoints both under {@code services}.
     */
    static String resource(Bytes key) {
        String[] parts = key.printable().split("/", 5);
        int first = parts[0].isEmpty() ? 1 : 0;
        if (parts.length <= first + 1) {
            return parts[parts.length - 1];
        }
        String resource = parts[first + 1];
        boolean more = (resource.contains(".") || resource.equals("services")) && parts.length > first + 3;
        return more ? resource + "/" + parts[first + 2] : resource;
    }

    private static long of(Counts counts, Kind kind) {
        return switch (kind) {
            case MISSED -> counts.missed();
            case SURPLUS -> counts.surplus();
            case CHANGED -> counts.changed();
        };
    }

    private static Counts plus(Counts counts, Kind kind) {
        return switch (kind) {
            case MISSED -> new Counts(counts.missed() + 1, counts.surplus(), counts.changed());
            case SURPLUS -> new Counts(counts.missed(), counts.surplus() + 1, counts.changed());
            case CHANGED -> new Counts(counts.missed(), counts.surplus(), counts.changed() + 1);
        };
    }
}
