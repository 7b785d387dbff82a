package io.drkit.rollout;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionInspector;
import io.drkit.encryption.EncryptionRewriter;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.RewriteReport;
import io.drkit.encryption.ValueCipher;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.KeyStore;

/**
 * What the kube-apiservers of a site have stored.
 *
 * @param store the site's etcd; not closed
 */
public record SiteValues(KeyStore store, ValueCipher cipher) {

    Inspection inspect(EncryptionConfig config, String registryPrefix) {
        return new EncryptionInspector(store).inspect(new ValueTransformer(config, cipher, registryPrefix));
    }

    RewriteReport rewrite(EncryptionConfig config, String registryPrefix) {
        return new EncryptionRewriter(store, new ValueTransformer(config, cipher, registryPrefix)).rewrite();
    }
}
