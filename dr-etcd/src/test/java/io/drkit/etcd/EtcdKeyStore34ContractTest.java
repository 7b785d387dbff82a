package io.drkit.etcd;

import io.drkit.keystore.KeyStore;
import io.drkit.testkit.KeyStoreContract;
import io.drkit.testkit.etcd.EtcdServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on installed etcd 3.4. */
class EtcdKeyStore34ContractTest extends KeyStoreContract {

    private static EtcdServer etcd;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.builder().start();
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
