package io.drkit.encryption;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entry of a rule's {@code providers}. The first of a rule writes; all of them read, in order. */
public sealed interface Provider {

    /** Stores values as they are. Reads only what no provider has encrypted. */
    record Identity() implements Provider {

        static final Identity IDENTITY = new Identity();

        @Override
        public String toString() {
            return "identity";
        }
    }

    /** Encrypts with keys that stand in the configuration. The first of them writes. */
    record Local(Algorithm algorithm, List<EncryptionKey> keys) implements Provider {

        public Local {
            keys = List.copyOf(keys);
        }

        @Override
        public String toString() {
            return algorithm.providerName() + keys;
        }
    }

    /**
     * Encrypts by a plugin of the control-plane node, whose keys nobody else has.
     *
     * @param apiVersion {@code v1} or {@code v2}
     * @param name what its stored values are labelled with
     * @param endpoint the plugin's {@code unix://} socket
     * @param cachesize v1 only; null leaves kube-apiserver its default, 1000
     * @param timeout as Go writes a duration, {@code 3s} say; null leaves kube-apiserver its default, 3 s
     */
    record Kms(
            String apiVersion,
            String name,
            String endpoint,
            @Nullable Integer cachesize,
            @Nullable String timeout) implements Provider {

        @Override
        public String toString() {
            return "kms " + apiVersion + "[" + name + "]";
        }
    }
}
