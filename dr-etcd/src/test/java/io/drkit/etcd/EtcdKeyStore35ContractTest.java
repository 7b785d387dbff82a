package io.drkit.etcd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.keystore.KeyStore;
import io.drkit.testkit.KeyStoreContract;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on etcd 3.5. */
class EtcdKeyStore35ContractTest extends KeyStoreContract {

    private static EtcdServer etcd;

    @BeforeAll
    static void start() {
        assumeTrue(EtcdBinary.v35().isPresent(), "etcd 3.5 is absent: run script/etcd");
        etcd = EtcdServer.builder().binary(EtcdBinary.v35().orElseThrow()).start();
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
