package io.drkit.etcd.mirror.live;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.TransformingKeyStore;
import io.drkit.encryption.ValueTransformer;
import io.drkit.etcd.encryption.LocalValueCipher;
import io.drkit.keystore.KeyStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The configurations with which the recorded sites encrypt, and their stores as their API servers see them. */
final class Encrypted {

    private static final ValueTransformer PRIMARY = transformer("/encryption-config.yaml");
    private static final ValueTransformer STANDBY = transformer("/encryption-config-standby.yaml");

    private Encrypted() {}

    static KeyStore primary(KeyStore store) {
        return new TransformingKeyStore(store, PRIMARY, STANDBY);
    }

    static KeyStore standby(KeyStore store) {
        return new TransformingKeyStore(store, STANDBY, PRIMARY);
    }

    private static ValueTransformer transformer(String file) {
        try (InputStream stream = Objects.requireNonNull(Encrypted.class.getResourceAsStream(file))) {
            String yaml = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            return new ValueTransformer(EncryptionConfig.parse(yaml, file), new LocalValueCipher());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
