package io.drkit.examples.bench;

import io.drkit.examples.bench.raw.RawWriter;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Keys as Kubernetes names them, with values of {@link #VALUE_BYTES}; the same ones each time.
 *
 * @param size how many keys
 * @param layout which resources they belong to
 */
record Dataset(int size, Layout layout) {

    static final int VALUE_BYTES = 1024;

    private static final int NAMESPACES = 50;
    private static final byte[] NOISE = noise();

    enum Layout {
        /** Twenty resources; the first holds a fifth of the keys, the last a fortieth. */
        SPREAD,
        ONE_RESOURCE
    }

    private static final List<String> RESOURCES = List.of(
            "events",
            "pods",
            "secrets",
            "configmaps",
            "replicasets",
            "services/specs",
            "services/endpoints",
            "endpointslices",
            "deployments",
            "serviceaccounts",
            "roles",
            "rolebindings",
            "controllerrevisions",
            "jobs",
            "daemonsets",
            "statefulsets",
            "persistentvolumeclaims",
            "poddisruptionbudgets",
            "networkpolicies",
            "ingress");

    static Dataset spread(int size) {
        return new Dataset(size, Layout.SPREAD);
    }

    /** All keys, in order. */
    List<Bytes> keys() {
        List<Bytes> keys = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            keys.add(Bytes.utf8(String.format(
                    Locale.ROOT, "/registry/%s/namespace-%02d/object-%07d", resource(i), i % NAMESPACES, i)));
        }
        Collections.sort(keys);
        return keys;
    }

    private String resource(int i) {
        if (layout == Layout.ONE_RESOURCE) {
            return RESOURCES.get(0);
        }
        // The golden ratio's multiples are spread evenly over (0, 1); their squares are not.
        double even = (i * 0.6180339887498949) % 1;
        return RESOURCES.get((int) (RESOURCES.size() * even * even));
    }

    static Bytes value(Bytes key) {
        int from = key.hashCode() & (NOISE.length - VALUE_BYTES - 1);
        return Bytes.wrap(Arrays.copyOfRange(NOISE, from, from + VALUE_BYTES));
    }

    /** Writes them in an order of no meaning, as clusters come to hold what they hold. */
    void load(KeyStore store) throws InterruptedException {
        List<Bytes> keys = keys();
        Collections.shuffle(keys, new Random(size));
        write(keys, store);
    }

    static void write(List<Bytes> keys, KeyStore store) throws InterruptedException {
        RawWriter writer = new RawWriter(store);
        for (Bytes key : keys) {
            writer.put(key, value(key));
        }
        writer.finish();
    }

    private static byte[] noise() {
        byte[] noise = new byte[(1 << 20) + VALUE_BYTES];
        new Random(1).nextBytes(noise);
        return noise;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d keys of %,d bytes %s",
                size,
                VALUE_BYTES,
                layout == Layout.SPREAD ? "in " + RESOURCES.size() + " resources" : "in one resource");
    }
}
