package io.drkit.testkit;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.EncryptionKey;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Local;
import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.stream.Stream;

/** Encryption configurations of which only the names of the keys matter; each name has a secret of its own. */
public final class EncryptionFiles {

    private EncryptionFiles() {}

    /** Keys for secrets, the first of which writes. */
    public static String with(String... names) {
        List<EncryptionKey> keys = Stream.of(names)
                .map(name -> new EncryptionKey(
                        name, Bytes.utf8((name + "-secret-4711-4711-4711-4711-4711").substring(0, 32))))
                .toList();
        return new EncryptionConfig(List.of(
                        new Rule(List.of("secrets"), List.of(new Local(Algorithm.AESGCM, keys), new Identity()))))
                .toYaml();
    }
}
