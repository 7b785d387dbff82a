package io.drkit.etcd.encryption;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.Provider.Identity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Two servers for all tests of a class, whose sites encrypt differently. Each test finds them as if never used. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class ReencryptingTest {

    /** Secrets by a key that has another's name at the standby, and nothing else. */
    static final EncryptionConfig PRIMARY = Configs.secrets(Configs.aescbc(Configs.key("key1", 1)));

    /** Secrets by one that authenticates the etcd key, and configmaps as well. */
    static final EncryptionConfig STANDBY = Configs.config(
            Configs.rule(
                    "secrets",
                    Configs.aesgcm(Configs.key("gcm", 2)),
                    Configs.aescbc(Configs.key("key1", 3)),
                    new Identity()),
            Configs.rule("configmaps", Configs.secretbox(Configs.key("box", 4)), new Identity()));

    private ReencryptingPair pair;

    @BeforeAll
    void startServers() {
        pair = ReencryptingPair.of(EncryptedSite.start(), EncryptedSite.start(), PRIMARY, STANDBY);
    }

    /** With stores that have seen nothing yet. */
    @BeforeEach
    void wipe() {
        pair = afresh();
        pair.primary().wipe();
        pair.standby().wipe();
    }

    @AfterAll
    void stopServers() {
        if (pair != null) {
            pair.close();
        }
    }

    final ReencryptingPair pair() {
        return pair;
    }

    final ReencryptingPair afresh() {
        return ReencryptingPair.of(pair.primary(), pair.standby(), PRIMARY, STANDBY);
    }

    final EncryptedSite primary() {
        return pair.primary();
    }

    final EncryptedSite standby() {
        return pair.standby();
    }
}
