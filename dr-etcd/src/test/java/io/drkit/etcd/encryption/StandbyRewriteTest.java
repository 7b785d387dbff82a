package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.RewriteReport;
import io.drkit.keystore.Bytes;
import io.drkit.mirror.MirrorSession;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** A rewrite on a standby leaves it known which values are the primary's and which are not. */
class StandbyRewriteTest extends ReencryptingTest {

    private static final EncryptionConfig ROTATED =
            Configs.secrets(Configs.secretbox(Configs.key("new", 7)), Configs.aescbc(Configs.key("key1", 1)));

    private static final Bytes BEFORE = EncryptedSite.secret("a-stranger-before");
    private static final Bytes AFTER = EncryptedSite.secret("b-stranger-after");
    private static final Bytes LAST = EncryptedSite.secret("c-stranger-last");

    private static Bytes mine(String what) {
        return EncryptedSite.object("mine " + what);
    }

    @Test
    void refuses_while_a_mirror_runs_and_writes_nothing() throws Exception {
        primary().fill(PRIMARY, 0, 300, "s");
        try (MirrorSession session =
                ReencryptingPair.mirror(primary().store(), standby().store())) {
            ReencryptingPair.caughtUp(session);
            SortedMap<Bytes, Bytes> before = standby().stored();
            assertThatThrownBy(() -> standby().rewrite(ROTATED))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("a mirror is writing to it");
            assertThat(standby().stored()).isEqualTo(before);
        }
        assertThat(standby().rewrite(ROTATED).rewritten()).isEqualTo(300);
    }

    @Test
    void values_stay_whose_they_were() throws Exception {
        assertValuesStayWhoseTheyWere(false);
    }

    @Test
    void values_stay_whose_they_were_although_all_is_compacted() throws Exception {
        assertValuesStayWhoseTheyWere(true);
    }

    private void assertValuesStayWhoseTheyWere(boolean compacted) throws Exception {
        primary().fill(PRIMARY, 0, 300, "s");
        standby().write(PRIMARY, BEFORE, mine("before"));
        pair().onceRaw();
        standby().write(PRIMARY, AFTER, mine("after"));
        standby().write(PRIMARY, EncryptedSite.secret(5), mine("over the primary's"));
        if (compacted) {
            standby().compact();
        }
        RewriteReport report = standby().rewrite(ROTATED);
        assertThat(report.isComplete()).as("%s", report).isTrue();
        assertThat(report.rewritten()).isEqualTo(302);
        if (compacted) {
            standby().compact();
        }
        standby().write(ROTATED, LAST, mine("last"));
        primary().delete(EncryptedSite.secret(1));
        primary().write(PRIMARY, EncryptedSite.secret(2), EncryptedSite.object("changed"));
        primary().delete(EncryptedSite.secret(5));
        if (compacted) {
            primary().compact();
            standby().compact();
        }
        pair().onceRaw();
        assertThat(standby().plaintexts(ROTATED))
                .doesNotContainKeys(EncryptedSite.secret(1), EncryptedSite.secret(5))
                .containsEntry(EncryptedSite.secret(2), EncryptedSite.object("changed"))
                .containsEntry(BEFORE, mine("before"))
                .containsEntry(AFTER, mine("after"))
                .containsEntry(LAST, mine("last"))
                .hasSize(298 + 3);
        assertThat(standby().inTheOpen()).isEmpty();

        repairRaw();
        assertThat(standby().rewrite(ROTATED).isComplete()).isTrue();
        primary().delete(EncryptedSite.secret(3));
        pair().onceRaw();
        assertThat(standby().stored())
                .doesNotContainKey(EncryptedSite.secret(3))
                .containsKeys(BEFORE, AFTER, LAST)
                .hasSize(297 + 3);
    }

    /** A repair by stored bytes undoes the rewrite, and takes nothing else. */
    private void repairRaw() {
        DefaultConsistencyChecker raw =
                new DefaultConsistencyChecker(primary().store(), standby().store(), CheckerOptions.DEFAULT);
        assertThat(raw.repair(ReencryptingPair.SCOPE, false).left()).isEqualTo(3);
        SortedMap<Bytes, Bytes> stored = standby().stored();
        primary().stored().forEach((key, value) -> assertThat(stored).containsEntry(key, value));
        assertThat(stored).containsKeys(BEFORE, AFTER, LAST);
    }
}
