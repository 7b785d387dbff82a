package io.drkit.encryption;

import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.Locale;

/** The local providers of kube-apiserver: those whose keys stand in the configuration. Named in it in lower case. */
public enum Algorithm {
    /** AES-CBC with PKCS#7 padding. Not authenticated: a wrong key passes about once in 256. */
    AESCBC,
    /** AES-GCM; the key in etcd is authenticated data. */
    AESGCM,
    /** XSalsa20 and Poly1305. */
    SECRETBOX;

    /** What it is called in a configuration and in stored values. */
    public String providerName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The sizes, in bytes, that a secret may have. */
    public List<Integer> secretSizes() {
        return this == SECRETBOX ? List.of(32) : List.of(16, 24, 32);
    }

    /** What a value stored by it under that key begins with. */
    Bytes prefix(EncryptionKey key) {
        return Bytes.utf8("k8s:enc:" + providerName() + ":v1:" + key.name() + ":");
    }
}
