package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.Comparison.Counts;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.KeyDifference;
import io.drkit.consistency.Level;
import io.drkit.encryption.Provider.Identity;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorSession;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A mirror between sites with different keys: each site's kube-apiserver reads what the other's wrote. */
class ReencryptingMirrorTest extends ReencryptingTest {

    private static Bytes configMap(int i) {
        return Bytes.utf8("/registry/configmaps/ns/c" + i);
    }

    /** Secrets, configmaps, and what neither site encrypts. */
    private void load(int count) {
        Map<Bytes, Bytes> objects = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            objects.put(EncryptedSite.secret(i), EncryptedSite.object("s" + i));
            objects.put(configMap(i), Bytes.utf8("{\"kind\":\"ConfigMap\",\"data\":{\"i\":" + i + "}}"));
            objects.put(Bytes.utf8("/registry/pods/ns/p" + i), Bytes.utf8("k8s\0pod " + i));
        }
        primary().write(PRIMARY, objects);
    }

    @Test
    void copies_streams_and_resumes_and_the_checker_compares_plaintexts() throws Exception {
        load(500);
        try (MirrorSession session = pair().mirror()) {
            ReencryptingPair.caughtUp(session);
            pair().assertEachReadsTheSame();
            load(20);
            primary().write(PRIMARY, EncryptedSite.secret(3), EncryptedSite.object("changed"));
            primary().delete(EncryptedSite.secret(4));
            primary().write(PRIMARY, EncryptedSite.secret(1_000), EncryptedSite.object("new"));
            ReencryptingPair.caughtUp(session);
            pair().assertEachReadsTheSame();
        }
        pair().assertConsistent();
        primary().write(PRIMARY, EncryptedSite.secret(5), EncryptedSite.object("while it was down"));
        ReencryptingPair again = afresh();
        assertThat(again.once()).as("resumes").isEqualTo(1);
        again.assertEachReadsTheSame();
        again.assertConsistent();
        assertThat(again.toStandby().unreadable().count()).isZero();
        assertThat(again.fromPrimary().unreadable().count()).isZero();
        assertThat(primary().inTheOpen()).isEmpty();
        assertThat(standby().inTheOpen()).isEmpty();
    }

    @Test
    void the_primary_rewritten_under_another_key_is_no_difference() throws Exception {
        load(300);
        pair().once();
        var rotated = Configs.secrets(Configs.secretbox(Configs.key("new", 7)), Configs.aescbc(Configs.key("key1", 1)));
        assertThat(primary().rewrite(rotated).rewritten()).isEqualTo(300);
        ReencryptingPair pair = ReencryptingPair.of(primary(), standby(), rotated, STANDBY);
        pair.assertConsistent();
        pair.once();
        pair.assertEachReadsTheSame();
        pair.assertConsistent();
    }

    @Test
    void a_reconcile_writes_nothing_where_only_nonces_differ() throws Exception {
        load(300);
        pair().once();
        primary().write(PRIMARY, EncryptedSite.secret(7), EncryptedSite.object("changed"));
        primary().delete(EncryptedSite.secret(8));
        primary().compact();
        assertThat(afresh().once()).as("writes only what differs").isEqualTo(2);
        pair().assertEachReadsTheSame();
    }

    @Test
    void a_changed_plaintext_is_found_and_repaired_and_what_was_there_is_set_aside_encrypted() throws Exception {
        load(100);
        pair().once();
        standby().write(STANDBY, EncryptedSite.secret(1), EncryptedSite.object("changed by someone"));
        standby().write(STANDBY, EncryptedSite.secret(2), EncryptedSite.object("s2"));
        standby().delete(EncryptedSite.secret(3));
        standby().write(STANDBY, EncryptedSite.secret("mine"), EncryptedSite.object("only here"));
        ConsistencyReport report = pair().checker().check(ReencryptingPair.SCOPE, Level.VALUES);
        assertThat(report.comparison().total()).isEqualTo(new Counts(1, 1, 1));
        assertThat(report.comparison().sample())
                .extracting(KeyDifference::key)
                .containsExactlyInAnyOrder(
                        EncryptedSite.secret(1), EncryptedSite.secret(3), EncryptedSite.secret("mine"));
        pair().checker().repair(ReencryptingPair.SCOPE, true);
        pair().assertEachReadsTheSame();
        pair().assertConsistent();
        assertThat(standby().inTheOpen()).isEmpty();
    }

    @Test
    void a_mirror_begun_raw_goes_on_re_encrypting_and_the_other_way_round() throws Exception {
        load(200);
        pair().onceRaw();
        assertThat(standby().stored()).isEqualTo(primary().stored());
        primary().write(PRIMARY, EncryptedSite.secret(1), EncryptedSite.object("changed"));
        assertThat(afresh().once()).as("resumes").isEqualTo(1);
        assertThat(standby().stored().get(EncryptedSite.secret(1)))
                .isNotEqualTo(primary().stored().get(EncryptedSite.secret(1)));
        afresh().assertConsistent();
        primary().write(PRIMARY, EncryptedSite.secret(2), EncryptedSite.object("changed"));
        assertThat(pair().onceRaw()).as("resumes").isEqualTo(1);
        assertThat(standby().stored().get(EncryptedSite.secret(2)))
                .isEqualTo(primary().stored().get(EncryptedSite.secret(2)));
        primary().write(PRIMARY, EncryptedSite.secret(3), EncryptedSite.object("changed"));
        assertThat(afresh().once()).as("resumes").isEqualTo(1);
        afresh().assertConsistent();
    }

    /** What was mirrored raw stays as it is, and the standby's kube-apiserver does not read it: that must not pass for well. */
    @Test
    void values_that_only_the_primarys_keys_read_are_told_until_they_are_rewritten() throws Exception {
        load(50);
        pair().onceRaw();
        ReencryptingPair pair = afresh();
        pair.assertConsistent();
        assertThat(standby().inspect(STANDBY).isReadable()).isFalse();
        assertThat(pair.toStandby().unreadable().count()).isEqualTo(50);
        assertThat(pair.fromPrimary().unreadable().count()).isZero();
        var both = Configs.config(
                Configs.rule(
                        "secrets",
                        Configs.aesgcm(Configs.key("gcm", 2)),
                        Configs.aescbc(Configs.key("key1", 3), Configs.key("key1", 1)),
                        new Identity()),
                STANDBY.rules().get(1));
        assertThat(standby().rewrite(both).isComplete()).isTrue();
        pair.assertEachReadsTheSame();
        assertThat(afresh().once()).isZero();
        primary().commit(List.of(Operation.delete(EncryptedSite.secret(1))));
        afresh().once();
        pair.assertEachReadsTheSame();
    }
}
