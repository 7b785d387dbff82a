package io.drkit.examples.runbook.platform;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.TransformingKeyStore;
import io.drkit.encryption.ValueCipher;
import io.drkit.encryption.ValueTransformer;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.encryption.LocalValueCipher;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;

/**
 * From one site to the other: who is mirrored, whom the platform leaves, and where it goes. Where both sites' encryption is told, values are
 * re-encrypted on the way.
 *
 * @param scope what is mirrored
 * @param mirror what the mirror's records are kept under
 */
public record Way(EtcdSite from, EtcdSite to, MirrorScope scope, String mirror) {

    /** Both, connected. */
    public record Pair(KeyStore from, KeyStore to) implements AutoCloseable {

        @Override
        public void close() {
            from.close();
            to.close();
        }
    }

    /** Whether the control plane of a standby must not run: everything is mirrored to it, leases' holders and endpoints too. */
    public boolean standbyRests() {
        return scope.equals(MirrorScope.all());
    }

    /** The same, the other way round. */
    public Way back() {
        return new Way(to, from, scope, mirror);
    }

    /** Connects to both. Throws as {@link EtcdKeyStore#connect} does. */
    public Pair open() {
        KeyStore source = from.open();
        try {
            return paired(source, to.open());
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private Pair paired(KeyStore source, KeyStore target) {
        if (from.encryption().isEmpty() || to.encryption().isEmpty()) {
            return new Pair(source, target);
        }
        ValueTransformer there = transformer(from.encryption().get());
        ValueTransformer here = transformer(to.encryption().get());
        return new Pair(new TransformingKeyStore(source, there, here), new TransformingKeyStore(target, here, there));
    }

    /** How a site's kube-apiservers read and write. */
    public ValueTransformer transformer(EncryptionConfig config) {
        ValueCipher cipher = new LocalValueCipher();
        return new ValueTransformer(config, cipher, scope.registryPrefix());
    }
}
