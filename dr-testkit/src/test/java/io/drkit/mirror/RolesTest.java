package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.RangeRequest;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.InMemoryKeyStore;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** One writer at a time, none after a promotion, and the way back after a failover. */
class RolesTest extends MirrorFixture {

    @Test
    void nothing_lands_after_a_promotion() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            Site.at(standby).promote();
            SortedMap<Bytes, Bytes> then = standby.content(SCOPE.range());
            primary.put(key(1), "too late");
            assertThatThrownBy(() -> session.awaitCaughtUp(SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("promoted");
            assertThat(standby.content(SCOPE.range())).isEqualTo(then);
        }
        refuses("demote");
    }

    @Test
    void nothing_lands_after_a_promotion_at_any_moment_of_the_start() throws Exception {
        for (int moment = 0; moment < 60; moment++) {
            primary = new InMemoryKeyStore("primary");
            standby = new InMemoryKeyStore("standby");
            primary.put(key(1), "one");
            long[] calls = {0, Long.MAX_VALUE};
            int when = moment;
            FaultyKeyStore to = new FaultyKeyStore(standby, (at, call) -> {
                if (calls[0]++ == when) {
                    Site.at(standby).promote();
                    calls[1] = standby.revision();
                }
            });
            try (MirrorSession session =
                    new DefaultKeyMirror(primary, to, options().build()).start(SCOPE)) {
                for (int i = 0; i < 400 && calls[1] == Long.MAX_VALUE; i++) {
                    primary.put(key(2), "two");
                    Thread.sleep(5);
                }
                assertThatThrownBy(() -> session.awaitEnd(SOON)).isInstanceOf(UnsafeToProceedException.class);
            }
            assertThat(standby.range(RangeRequest.of(SCOPE.range(), 0, 1_000)).entries())
                    .allMatch(entry -> entry.modRevision() <= calls[1]);
        }
    }

    @Test
    void after_a_failover_the_reverse_mirror_sets_lost_writes_aside() throws Exception {
        once();
        primary.put(key(1), "lost overwrite");
        primary.put("/registry/lost", "lost creation");
        Site.at(standby).promote();
        standby.delete(key(2));
        standby.put(key(3), "after the failover");
        InMemoryKeyStore old = primary;
        primary = standby;
        standby = old;
        refuses("demote");
        Site.at(standby).demote();
        once();
        assertEqual();
        assertThat(setAside()).containsExactlyInAnyOrder("lost overwrite", "lost creation");
        assertThat(Site.at(standby).role().orElseThrow().role()).isEqualTo(Role.STANDBY);
    }

    @Test
    void fails_back_and_forth() throws Exception {
        once();
        for (int round = 0; round < 3; round++) {
            Site.at(standby).promote();
            Site.at(primary).demote();
            standby.delete(key(round));
            standby.put(key(200 + round), "round" + round);
            InMemoryKeyStore old = primary;
            primary = standby;
            standby = old;
            once();
            assertEqual();
            assertThat(setAside()).isEmpty();
        }
    }

    @Test
    void of_two_mirrors_one_works_and_the_other_waits() throws Exception {
        try (MirrorSession first = start()) {
            caughtUp(first);
            try (MirrorSession second = start()) {
                await(second, State.WAITING_FOR_LOCK);
                primary.put(key(1), "x");
                caughtUp(first);
                first.close();
                primary.put(key(2), "y");
                caughtUp(second);
            }
        }
        assertEqual();
    }

    @Test
    void a_delayed_duplicate_of_an_old_transaction_fails() throws Exception {
        FaultyKeyStore to = new FaultyKeyStore(standby, (moment, call) -> {});
        try (MirrorSession session = new DefaultKeyMirror(primary, to, options().build()).start(SCOPE)) {
            caughtUp(session);
            primary.put(key(1), "x");
            caughtUp(session);
            assertThat(to.replayLast()).isInstanceOf(CommitResult.GuardFailed.class);
        }
    }
}
