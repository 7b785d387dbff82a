package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdPair;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.testkit.SeveredLink;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The network between the mirror and each side, and the servers themselves, fail and come back: it catches up. */
class NetworkTest extends OnRealEtcd {

    private SeveredLink toPrimary;
    private SeveredLink toStandby;
    private EtcdPair connections;
    private MirrorSession session;

    @BeforeEach
    void mirrorOverLinks() throws InterruptedException {
        primary().load(50);
        toPrimary = SeveredLink.to("127.0.0.1", primary().server().port(0));
        toStandby = SeveredLink.to("127.0.0.1", standby().server().port(0));
        connections = EtcdPair.connect(over(toPrimary), over(toStandby));
        MirrorOptions options = Pair.options().silence(Duration.ofSeconds(1)).build();
        session = connections.mirror(options).start(Side.SCOPE);
        Pair.caughtUp(session);
    }

    private static EtcdConnection over(SeveredLink link) {
        return EtcdConnection.to("http://127.0.0.1:" + link.port())
                .deadline(Duration.ofSeconds(1))
                .build();
    }

    @AfterEach
    void stop() {
        session.close();
        connections.close();
        toPrimary.close();
        toStandby.close();
    }

    @Test
    void the_link_to_the_primary_is_cut() throws Exception {
        toPrimary.cut();
        change();
        Pair.await(session, State.RECONNECTING);
        toPrimary.heal();
        assertCatchesUp();
    }

    @Test
    void the_link_to_the_primary_falls_silent() throws Exception {
        toPrimary.silence();
        change();
        Pair.await(session, State.RECONNECTING);
        toPrimary.heal();
        assertCatchesUp();
    }

    @Test
    void the_link_to_the_standby_is_cut() throws Exception {
        toStandby.cut();
        change();
        Pair.await(session, State.RECONNECTING);
        toStandby.heal();
        assertCatchesUp();
    }

    @Test
    void the_link_to_the_standby_falls_silent() throws Exception {
        toStandby.silence();
        change();
        Pair.await(session, State.RECONNECTING);
        toStandby.heal();
        assertCatchesUp();
    }

    @Test
    void the_primary_is_killed_and_restarted() throws Exception {
        primary().server().kill();
        Pair.await(session, State.RECONNECTING);
        primary().server().start();
        change();
        assertCatchesUp();
    }

    @Test
    void the_primary_is_frozen_and_thawed() throws Exception {
        primary().server().freeze();
        Pair.await(session, State.RECONNECTING);
        primary().server().thaw();
        change();
        assertCatchesUp();
    }

    @Test
    void the_standby_is_frozen_and_thawed() throws Exception {
        standby().server().freeze();
        change();
        Pair.await(session, State.RECONNECTING);
        standby().server().thaw();
        assertCatchesUp();
    }

    private void change() {
        primary().put(Side.key(1), "changed");
        primary().delete(Side.key(2));
        primary().put("/registry/new", "new");
    }

    private void assertCatchesUp() throws InterruptedException {
        Pair.caughtUp(session);
        pair().assertEqual();
        assertThat(session.status().state()).isEqualTo(State.STREAMING);
        assertThat(session.status().lastError()).isPresent();
        assertThat(standby().setAside())
                .as("nothing of its own taken for a stranger's")
                .isEmpty();
    }
}
