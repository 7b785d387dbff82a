package io.drkit.etcd.encryption;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.TransformingKeyStore;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Lease;
import io.drkit.testkit.InMemoryKeyStore;
import io.drkit.testkit.KeyStoreContract;

/** Where there is nothing to encrypt, a store seen through a configuration is a store like any other. */
class TransformingKeyStoreContractTest extends KeyStoreContract {

    private final InMemoryKeyStore server =
            new InMemoryKeyStore("server").requestLimit(2 << 20).watchBatch(100);

    @Override
    protected KeyStore open() {
        EncryptionConfig plain = Configs.config(Configs.rule("*.*", new Identity()));
        ValueTransformer transformer = Configs.transformer(plain);
        return new TransformingKeyStore(server, transformer, transformer);
    }

    @Override
    protected void die(KeyStore holder, Lease lease) {
        server.abandonLeases();
    }
}
