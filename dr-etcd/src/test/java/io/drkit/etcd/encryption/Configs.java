package io.drkit.etcd.encryption;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.EncryptionKey;
import io.drkit.encryption.Provider;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Local;
import io.drkit.encryption.ValueCipher;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Configurations for the stories told here. */
final class Configs {

    static final ValueCipher CIPHER = new LocalValueCipher();

    private Configs() {}

    /** A key; the same for the same seed. */
    static EncryptionKey key(String name, long seed) {
        byte[] secret = new byte[32];
        new Random(seed).nextBytes(secret);
        return new EncryptionKey(name, Bytes.wrap(secret));
    }

    static Local aescbc(EncryptionKey... keys) {
        return new Local(Algorithm.AESCBC, List.of(keys));
    }

    static Local aesgcm(EncryptionKey... keys) {
        return new Local(Algorithm.AESGCM, List.of(keys));
    }

    static Local secretbox(EncryptionKey... keys) {
        return new Local(Algorithm.SECRETBOX, List.of(keys));
    }

    static Rule rule(String resource, Provider... providers) {
        return new Rule(List.of(resource), List.of(providers));
    }

    static EncryptionConfig config(Rule... rules) {
        return new EncryptionConfig(List.of(rules));
    }

    /** Secrets by these providers, and then as they are. */
    static EncryptionConfig secrets(Provider... providers) {
        List<Provider> all = new ArrayList<>(List.of(providers));
        all.add(new Identity());
        return config(new Rule(List.of("secrets"), all));
    }

    /** A configuration that a real kube-apiserver was run with. */
    static EncryptionConfig recorded(String file) {
        try (InputStream stream = Objects.requireNonNull(Configs.class.getResourceAsStream("/" + file))) {
            return EncryptionConfig.parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ValueTransformer transformer(EncryptionConfig config) {
        return new ValueTransformer(config, CIPHER);
    }
}
