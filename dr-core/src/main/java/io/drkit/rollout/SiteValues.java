package io.drkit.rollout;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionInspector;
import io.drkit.encryption.EncryptionRewriter;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.RewriteReport;
import io.drkit.encryption.ValueCipher;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Walk;
import java.util.ArrayList;
import java.util.List;

/**
 * What the kube-apiservers of a site have stored.
 *
 * @param store the site's etcd; not closed
 */
public record SiteValues(KeyStore store, ValueCipher cipher) {

    /**
     * The addresses of the kube-apiservers that are alive, as each of them keeps its own there by a lease of seconds (its {@code
     * --endpoint-reconciler-type=lease}, the default). A copy of another site's has no lease.
     */
    List<String> apiservers(String registryPrefix) {
        KeyRange leases = KeyRange.folder(registryPrefix + "/masterleases");
        List<String> addresses = new ArrayList<>();
        Walk.through(store, leases, entry -> {
            if (entry.leased()) {
                addresses.add(entry.key().utf8().substring(registryPrefix.length() + "/masterleases/".length()));
            }
        });
        return addresses;
    }

    Inspection inspect(EncryptionConfig config, String registryPrefix) {
        return new EncryptionInspector(store).inspect(new ValueTransformer(config, cipher, registryPrefix));
    }

    RewriteReport rewrite(EncryptionConfig config, String registryPrefix) {
        return new EncryptionRewriter(store, new ValueTransformer(config, cipher, registryPrefix)).rewrite();
    }
}
