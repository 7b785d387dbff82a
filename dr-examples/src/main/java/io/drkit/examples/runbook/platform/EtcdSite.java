package io.drkit.examples.runbook.platform;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import java.util.Optional;

/**
 * A site's etcd.
 *
 * @param name of the site, as the configuration has it
 * @param encryption how its kube-apiservers encrypt; empty where that is not told
 */
public record EtcdSite(String name, EtcdConnection connection, Optional<EncryptionConfig> encryption) {

    /** Connects; the caller closes it. Throws as {@link EtcdKeyStore#connect} does. */
    public EtcdKeyStore open() {
        return EtcdKeyStore.connect(connection);
    }

    @Override
    public String toString() {
        return name;
    }
}
