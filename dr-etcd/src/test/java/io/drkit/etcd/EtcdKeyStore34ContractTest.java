package io.drkit.etcd;

import io.drkit.keystore.KeyStore;
import io.drkit.testkit.KeyStoreContract;
import io.drkit.testkit.etcd.EtcdServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on installed etcd 3.4. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdKeyStore34ContractTest extends KeyStoreContract {

    private EtcdServer etcd;

    @BeforeAll
    void start() {
        etcd = EtcdServer.builder().start();
    }

    @AfterAll
    void stop() {
        if (etcd != null) {
            etcd.close();
        }
    }

    @Override
    protected KeyStore open() {
        return EtcdKeyStore.connect(EtcdConnection.to(etcd.endpoints()).build());
    }
}
