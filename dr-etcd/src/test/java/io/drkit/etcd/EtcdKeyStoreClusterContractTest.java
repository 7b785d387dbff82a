package io.drkit.etcd;

import io.drkit.keystore.KeyStore;
import io.drkit.testkit.KeyStoreContract;
import io.drkit.testkit.etcd.EtcdServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on three members. */
class EtcdKeyStoreClusterContractTest extends KeyStoreContract {

    private static EtcdServer etcd;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.builder().members(3).start();
    }

    @AfterAll
    static void stop() {
        if (etcd != null) {
            etcd.close();
        }
    }

    @Override
    protected KeyStore open() {
        return EtcdKeyStore.connect(EtcdConnection.to(etcd.endpoints()).build());
    }
}
