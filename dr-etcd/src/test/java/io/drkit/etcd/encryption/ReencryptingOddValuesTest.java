package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.TransformingKeyStore;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.quarantine.Quarantine;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a re-encrypting mirror cannot read it passes on and tells; what it sets aside it keeps encrypted. */
class ReencryptingOddValuesTest extends ReencryptingTest {

    private static final Bytes UNKNOWN = EncryptedSite.secret("unknown");
    private static final Bytes PLUGIN = EncryptedSite.secret("z-plugin");
    private static final EncryptionConfig LOST = Configs.secrets(Configs.aescbc(Configs.key("lost", 9)));

    private void loadWithUnreadable() {
        primary().fill(PRIMARY, 0, 20, "s");
        primary().write(LOST, UNKNOWN, EncryptedSite.object("lost"));
        primary().put(PLUGIN, Bytes.utf8("k8s:enc:kms:v2:vault:").concat(Bytes.copyOf((byte) 1, (byte) 0, (byte) -1)));
    }

    @Test
    void what_nobody_reads_is_passed_on_byte_for_byte_and_told() throws Exception {
        loadWithUnreadable();
        try (MirrorSession session = pair().mirror()) {
            ReencryptingPair.caughtUp(session);
            assertPassedOn();
            primary().write(LOST, UNKNOWN, EncryptedSite.object("lost again"));
            ReencryptingPair.caughtUp(session);
            assertPassedOn();
        }
        pair().assertConsistent();
        assertThat(afresh().once()).isZero();
        standby().delete(UNKNOWN);
        assertThat(pair().checker().repair(ReencryptingPair.SCOPE, false).put()).isEqualTo(1);
        assertPassedOn();
    }

    private void assertPassedOn() {
        var from = primary().stored();
        assertThat(standby().stored())
                .containsEntry(UNKNOWN, from.get(UNKNOWN))
                .containsEntry(PLUGIN, from.get(PLUGIN));
        for (TransformingKeyStore store : List.of(pair().fromPrimary(), pair().toStandby())) {
            assertThat(store.unreadable().count()).isEqualTo(2);
            assertThat(store.unreadable().sample(10)).containsExactlyInAnyOrder(UNKNOWN, PLUGIN);
            assertThat(store.unreadable().sample(1)).hasSize(1);
        }
        assertThat(standby().inspect(STANDBY).unreadable()).isEqualTo(2);
    }

    @Test
    void a_mirror_that_refuses_what_the_standby_could_not_read_writes_none_of_it() throws Exception {
        loadWithUnreadable();
        try (MirrorSession session =
                ReencryptingPair.mirror(pair().fromPrimary(), pair().toStandby().refusingUnreadable())) {
            assertThatThrownBy(() -> session.awaitCaughtUp(ReencryptingPair.SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("configuration lacks");
            assertThat(session.status().state()).isEqualTo(State.REFUSED);
        }
        assertThat(standby().stored()).doesNotContainKeys(UNKNOWN, PLUGIN);
        EncryptionConfig more = Configs.secrets(
                Configs.aesgcm(Configs.key("gcm", 2)),
                Configs.aescbc(Configs.key("lost", 9)),
                new Kms("v2", "vault", "unix:///run/vault.sock", null, null));
        ReencryptingPair informed = ReencryptingPair.of(primary(), standby(), PRIMARY, more);
        Bytes other = EncryptedSite.secret("other");
        try (MirrorSession session = ReencryptingPair.mirror(
                informed.fromPrimary(), informed.toStandby().refusingUnreadable())) {
            ReencryptingPair.caughtUp(session);
            assertThat(standby().inspect(more).isReadable()).isTrue();
            assertThat(standby().stored())
                    .containsEntry(PLUGIN, primary().stored().get(PLUGIN));
            assertThat(standby().plaintext(more, UNKNOWN)).isEqualTo(EncryptedSite.object("lost"));
            primary().write(Configs.secrets(Configs.aesgcm(Configs.key("other", 5))), other, EncryptedSite.object("o"));
            assertThatThrownBy(() -> session.awaitCaughtUp(ReencryptingPair.SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("configuration lacks");
        }
        assertThat(standby().stored()).doesNotContainKey(other);
    }

    @Test
    void what_is_set_aside_is_encrypted_and_comes_back_readable_through_either_store() throws Exception {
        Bytes raw = EncryptedSite.secret(1);
        Bytes decorated = EncryptedSite.secret(2);
        Bytes repaired = EncryptedSite.secret(3);
        Bytes plain = EncryptedSite.secret(4);
        primary().fill(PRIMARY, 0, 20, "s");
        standby().write(STANDBY, raw, EncryptedSite.object("mine 1"));
        standby().write(STANDBY, decorated, EncryptedSite.object("mine 2"));
        // By a kube-apiserver from before there was any encryption.
        standby().put(plain, EncryptedSite.object("mine 4"));
        pair().once();
        standby().write(STANDBY, repaired, EncryptedSite.object("mine 3"));
        pair().checker().repair(ReencryptingPair.SCOPE, false);
        pair().assertEachReadsTheSame();
        assertThat(standby().inTheOpen()).isEmpty();
        assertThat(primary().inTheOpen()).isEmpty();
        assertThat(Quarantine.at(standby().store()).batches()).hasSize(2);

        standby().delete(raw);
        restoreAbsent(standby().store());
        assertThat(standby().plaintexts(STANDBY)).containsEntry(raw, EncryptedSite.object("mine 1"));
        standby().delete(decorated);
        standby().delete(repaired);
        standby().delete(plain);
        restoreAbsent(pair().toStandby());
        assertThat(standby().plaintexts(STANDBY))
                .containsEntry(decorated, EncryptedSite.object("mine 2"))
                .containsEntry(repaired, EncryptedSite.object("mine 3"))
                .containsEntry(plain, EncryptedSite.object("mine 4"))
                .hasSize(20);
        assertThat(Quarantine.at(standby().store()).batches()).isEmpty();
        assertThat(standby().inTheOpen()).isEmpty();
    }

    private static void restoreAbsent(KeyStore store) {
        Quarantine quarantine = Quarantine.at(store);
        quarantine.batches().forEach(batch -> quarantine.restore(batch.id(), false));
    }

    @Test
    void what_is_set_aside_and_cannot_be_read_is_kept_as_it_was() throws Exception {
        primary().fill(PRIMARY, 0, 20, "s");
        Bytes key = EncryptedSite.secret(1);
        standby().write(LOST, key, EncryptedSite.object("lost"));
        Bytes stored = standby().stored().get(key);
        pair().once();
        pair().assertEachReadsTheSame();
        standby().delete(key);
        restoreAbsent(pair().toStandby());
        assertThat(standby().stored()).containsEntry(key, stored);
    }
}
