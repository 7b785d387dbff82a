package io.drkit.examples.cli;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.TransformingKeyStore;
import io.drkit.encryption.ValueCipher;
import io.drkit.encryption.ValueTransformer;
import io.drkit.etcd.encryption.LocalValueCipher;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import java.util.LinkedHashSet;
import java.util.Set;

/** Two sites' stores, each seen through its site's encryption configuration, so that what goes from one to the other is re-encrypted. */
final class Reencryption {

    private static final int SAMPLES = 10;

    private final TransformingKeyStore primary;
    private final TransformingKeyStore standby;

    Reencryption(
            KeyStore primary, EncryptionConfig there, KeyStore standby, EncryptionConfig here, String registryPrefix) {
        ValueCipher cipher = new LocalValueCipher();
        ValueTransformer onPrimary = new ValueTransformer(there, cipher, registryPrefix);
        ValueTransformer onStandby = new ValueTransformer(here, cipher, registryPrefix);
        this.primary = new TransformingKeyStore(primary, onPrimary, onStandby);
        this.standby = new TransformingKeyStore(standby, onStandby, onPrimary);
    }

    KeyStore primary() {
        return primary;
    }

    KeyStore standby() {
        return standby;
    }

    UnreadableValues unreadable() {
        Set<Bytes> sample = new LinkedHashSet<>(primary.unreadable().sample(SAMPLES));
        sample.addAll(standby.unreadable().sample(SAMPLES));
        return new UnreadableValues(
                Math.max(primary.unreadable().count(), standby.unreadable().count()),
                sample.stream().limit(SAMPLES).map(Bytes::printable).toList());
    }
}
