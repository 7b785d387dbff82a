package io.drkit.testkit;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionKey;
import io.drkit.encryption.Provider;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.keyspace.GroupResource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What kube-apiserver stores and reads under a configuration, without any cryptography: a value is who wrote it. */
final class StoredValues {

    /** Resources that the rules name, and some that only a wildcard covers, or none. */
    static final List<GroupResource> RESOURCES = List.of(
            GroupResource.parse("secrets"),
            GroupResource.parse("configmaps"),
            GroupResource.parse("pods"),
            GroupResource.parse("deployments.apps"),
            GroupResource.parse("replicasets.apps"),
            GroupResource.parse("widgets.example.com"),
            GroupResource.parse("gadgets.other.io"));

    /**
     * A stored value.
     *
     * @param algorithm null where it is a plugin's or not encrypted
     * @param kms null where it is not a plugin's
     */
    record Value(
            GroupResource resource,
            @Nullable Algorithm algorithm,
            @Nullable EncryptionKey key,
            @Nullable Kms kms) {

        boolean isPlain() {
            return key == null && kms == null;
        }

        @Override
        public String toString() {
            String who = key != null
                    ? String.valueOf(algorithm).toLowerCase(Locale.ROOT) + " " + EncryptionPairs.told(key)
                    : kms == null ? "identity" : kms.toString();
            return resource + " under " + who;
        }
    }

    private StoredValues() {}

    /** How a server with that file writes. */
    static Value written(EncryptionConfig config, GroupResource resource) {
        return by(config.providersFor(resource).get(0), resource).get(0);
    }

    /** Everything that a server with that file is meant to read. */
    static Set<Value> readWith(EncryptionConfig config) {
        Set<Value> values = new LinkedHashSet<>();
        RESOURCES.forEach(resource -> values.addAll(readWith(config, resource)));
        return values;
    }

    private static Set<Value> readWith(EncryptionConfig config, GroupResource resource) {
        Set<Value> values = new LinkedHashSet<>();
        config.providersFor(resource).forEach(provider -> values.addAll(by(provider, resource)));
        return values;
    }

    /** Whether a server with that file certainly reads the value right: nothing comes before that might take it for its own. */
    static boolean isRead(EncryptionConfig config, Value value) {
        for (Provider provider : config.providersFor(value.resource())) {
            if (provider instanceof Local local && local.algorithm() == value.algorithm()) {
                for (EncryptionKey key : local.keys()) {
                    if (key.equals(value.key())) {
                        return true;
                    }
                    if (value.algorithm() == Algorithm.AESCBC && takesFor(key, value)) {
                        return false;
                    }
                }
            } else if (by(provider, value.resource()).contains(value)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the key is there, wherever it stands: the rewriter finds it. */
    static boolean isReadStrictly(EncryptionConfig config, Value value) {
        return config.providersFor(value.resource()).stream()
                .anyMatch(provider -> by(provider, value.resource()).contains(value));
    }

    /** Pairs of different keys for one algorithm of which one may be taken for the other. */
    static Set<Set<Value>> clashes(EncryptionConfig config) {
        Set<Set<Value>> clashes = new LinkedHashSet<>();
        for (GroupResource resource : RESOURCES) {
            Set<Value> values = readWith(config, resource);
            for (Value value : values) {
                for (Value other : values) {
                    EncryptionKey key = other.key();
                    if (key != null
                            && !value.equals(other)
                            && value.algorithm() == other.algorithm()
                            && takesFor(key, value)) {
                        clashes.add(Set.of(value, other));
                    }
                }
            }
        }
        return clashes;
    }

    private static boolean takesFor(EncryptionKey key, Value value) {
        return value.key() != null && (value.key().name() + ":").startsWith(key.name() + ":");
    }

    private static List<Value> by(Provider provider, GroupResource resource) {
        List<Value> values = new ArrayList<>();
        if (provider instanceof Local local) {
            local.keys().forEach(key -> values.add(new Value(resource, local.algorithm(), key, null)));
        } else {
            values.add(new Value(resource, null, null, provider instanceof Kms kms ? kms : null));
        }
        return values;
    }
}
