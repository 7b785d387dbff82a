package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.Bytes;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.LostWrites;
import io.drkit.mirror.LostWrites.Known;
import io.drkit.mirror.LostWrites.Lost;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.mirror.SafeStop;
import io.drkit.mirror.StopOptions;
import io.drkit.mirror.StopResult;
import io.drkit.mirror.StopResult.Refused;
import io.drkit.mirror.StopResult.Stopped;
import io.drkit.site.Demotion;
import io.drkit.site.Promotion;
import io.drkit.site.Promotion.Complete;
import io.drkit.site.Promotion.Halfway;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.SeveredLink;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** From the last good hour of a primary to the first of its successor, and back. */
class SuccessionTest extends OnRealEtcd {

    private static final SiteRole LEADS = new SiteRole(Role.PRIMARY, 2);
    private static final SiteRole FOLLOWS = new SiteRole(Role.STANDBY, 2);

    @Test
    void an_old_primary_that_was_cut_off_comes_back_and_follows() throws Exception {
        primary().load(200);
        try (SeveredLink link = SeveredLink.to("127.0.0.1", primary().server().port(0));
                EtcdKeyStore far = EtcdKeyStore.connect(EtcdConnection.to("http://127.0.0.1:" + link.port())
                        .deadline(Duration.ofSeconds(2))
                        .connectTimeout(Duration.ofSeconds(2))
                        .build())) {
            try (MirrorSession session =
                    new DefaultKeyMirror(far, standby().store(), Pair.options().build()).start(Side.SCOPE)) {
                Pair.caughtUp(session);
                link.cut();
                Pair.await(session, State.RECONNECTING);

                Promotion promotion = Promotion.promote(standby().store(), far);
                assertThat(promotion).isInstanceOf(Halfway.class);
                assertThat(promotion.role()).isEqualTo(LEADS);
                link.heal();
                assertThatThrownBy(() -> session.awaitEnd(Pair.SOON)).isInstanceOf(UnsafeToProceedException.class);
            }
        }
        // Nobody told the old primary: it went on alone.
        assertThat(Site.at(primary().store()).role()).contains(new SiteRole(Role.PRIMARY, 1));
        long lost = primary().put(Side.key(1), "lost overwrite");
        long created = primary().put("/registry/lost", "lost creation");
        primary().delete(Side.key(9));
        standby().put(Side.key(3), "after the failover");
        pair().refuses("PRIMARY");
        pair().swapped().refuses("demote");

        LostWrites writes = LostWrites.on(primary().store(), standby().store(), Side.SCOPE, "default", 10);
        assertThat(writes).isInstanceOf(Known.class);
        assertThat(((Known) writes).first())
                .containsExactly(
                        new Lost(Bytes.utf8(Side.key(1)), lost), new Lost(Bytes.utf8("/registry/lost"), created));
        assertThat(Demotion.of(primary().store(), standby().store()).carryOut()).isEqualTo(FOLLOWS);
        pair().refuses("PRIMARY");

        Pair back = pair().swapped();
        back.once();
        back.assertEqual();
        assertThat(primary().setAside()).containsExactlyInAnyOrder("lost overwrite", "lost creation");
        assertThat(primary().content()).containsEntry(Side.key(9), "v9");
    }

    @Test
    void both_halves_of_a_promotion_at_once() throws Exception {
        primary().load(20);
        pair().once();
        assertThat(Promotion.promote(standby().store(), primary().store())).isEqualTo(new Complete(LEADS, FOLLOWS));
        pair().refuses("PRIMARY");
        pair().swapped().once();
        pair().assertEqual();
        assertThat(primary().setAside()).isEmpty();
    }

    @Test
    void killed_between_the_halves_both_are_safe_and_another_run_finishes_it() throws Exception {
        primary().load(20);
        pair().once();
        FaultyKeyStore killed = new FaultyKeyStore(standby().store(), (moment, call) -> {
            if (moment == Moment.AFTER && call.equals("commit")) {
                throw new AssertionError("killed");
            }
        });
        assertThatThrownBy(() -> Promotion.promote(killed, primary().store())).isInstanceOf(AssertionError.class);
        assertThat(Site.at(standby().store()).role()).contains(LEADS);
        assertThat(Site.at(primary().store()).role()).contains(new SiteRole(Role.PRIMARY, 1));
        pair().refuses("PRIMARY");
        pair().swapped().refuses("demote");
        assertThat(Promotion.promote(standby().store(), primary().store())).isEqualTo(new Complete(LEADS, FOLLOWS));
        pair().swapped().once();
        pair().assertEqual();
    }

    @Test
    void a_mirror_in_another_process_is_stopped_when_nothing_is_missed() throws Exception {
        primary().load(100);
        Process program = MirrorProgram.start(pair());
        try {
            Awaitility.await().atMost(Pair.SOON).until(() -> standby().content().size() == 100);
            standby().delete(Side.key(5));
            assertThat(stop(false)).isInstanceOf(Refused.class);
            assertThat(program.isAlive()).isTrue();
            primary().put(Side.key(5), "again");

            StopResult stopped = stop(false);
            assertThat(stopped).isInstanceOf(Stopped.class);
            assertThat(((Stopped) stopped).ran()).isTrue();
            assertThat(stopped.evidence().provesEquality()).isTrue();
            assertThat(standby().isLocked()).isFalse();
            assertThat(program.waitFor()).isZero();
        } finally {
            program.destroyForcibly();
        }
        pair().assertEqual();
        // The request went with the session it was for.
        pair().once();
    }

    @Test
    void a_mirror_whose_primary_is_gone_is_stopped_by_force() throws Exception {
        primary().load(20);
        try (SeveredLink link = SeveredLink.to("127.0.0.1", primary().server().port(0));
                EtcdKeyStore far = EtcdKeyStore.connect(EtcdConnection.to("http://127.0.0.1:" + link.port())
                        .deadline(Duration.ofSeconds(2))
                        .connectTimeout(Duration.ofSeconds(2))
                        .build());
                MirrorSession session = new DefaultKeyMirror(
                                far, standby().store(), Pair.options().build())
                        .start(Side.SCOPE)) {
            Pair.caughtUp(session);
            link.silence();
            Pair cut = new Pair(new Side(primary().server(), far), standby());
            SafeStop stop = new SafeStop(cut.checker(), standby().store());
            assertThatThrownBy(() -> stop.stop(Side.SCOPE, false)).isInstanceOf(SiteUnreachableException.class);
            assertThat(stop.stop(Side.SCOPE, true).isStopped()).isTrue();
            assertThat(session.awaitEnd(Pair.SOON)).isTrue();
        }
    }

    private StopResult stop(boolean force) throws InterruptedException {
        return new SafeStop(
                        pair().checker(),
                        standby().store(),
                        StopOptions.builder().patience(Pair.SOON).build())
                .stop(Side.SCOPE, force);
    }
}
