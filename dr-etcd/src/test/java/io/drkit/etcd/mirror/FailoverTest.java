package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.mirror.MirrorSession;
import io.drkit.quarantine.Quarantine;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The way back: the old primary follows the new one, and what it wrote last is kept in quarantine. */
class FailoverTest extends OnRealEtcd {

    @Test
    void the_old_primary_follows_and_its_lost_writes_are_kept() throws Exception {
        primary().load(200);
        pair().once();
        primary().put(Side.key(1), "lost overwrite");
        primary().put("/registry/lost", "lost creation");
        primary().delete(Side.key(9));
        Site.at(standby().store()).promote();
        standby().delete(Side.key(2));
        standby().put(Side.key(3), "after the failover");
        Site.at(primary().store()).demote();
        Pair back = pair().swapped();
        try (MirrorSession session = back.mirror()) {
            Pair.caughtUp(session);
            standby().put(Side.key(4), "and on");
            Pair.caughtUp(session);
            assertThat(session.status().strangers()).isZero();
        }
        pair().assertEqual();
        assertThat(primary().content())
                .doesNotContainKey(Side.key(2))
                .doesNotContainKey("/registry/lost")
                .containsEntry(Side.key(3), "after the failover")
                .containsEntry(Side.key(9), "v9");
        assertThat(primary().setAside()).containsExactlyInAnyOrder("lost overwrite", "lost creation");
        assertThat(Site.at(primary().store()).role()).contains(new SiteRole(Role.STANDBY, 2));

        Quarantine quarantine = Quarantine.at(primary().store());
        List<Quarantine.Batch> batches = quarantine.batches();
        assertThat(batches).hasSize(1);
        quarantine.entries(
                batches.get(0).id(),
                entry -> assertThat(entry.key()).isIn(Bytes.utf8(Side.key(1)), Bytes.utf8("/registry/lost")));
    }

    @Test
    void fails_back_and_forth_without_losing_or_keeping_too_much() throws Exception {
        Pair now = pair();
        now.primary().load(100);
        now.once();
        for (int round = 0; round < 3; round++) {
            Site.at(now.standby().store()).promote();
            Site.at(now.primary().store()).demote();
            now = now.swapped();
            now.primary().delete(Side.key(round));
            now.primary().put(Side.key(200 + round), "round" + round);
            now.once();
            now.assertEqual();
            assertThat(now.standby().setAside()).isEmpty();
            now.primary().compact();
        }
    }
}
