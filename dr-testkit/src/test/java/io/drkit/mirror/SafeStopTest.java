package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyChecker;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.mirror.StopResult.Refused;
import io.drkit.mirror.StopResult.StillRunning;
import io.drkit.mirror.StopResult.Stopped;
import io.drkit.testkit.FaultyKeyStore;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A mirror is stopped when the standby lacks nothing, and by nobody else's request. */
class SafeStopTest extends MirrorFixture {

    private static final Bytes REQUEST = DrKitKeys.stop("default");

    private ConsistencyChecker checker() {
        return new DefaultConsistencyChecker(
                primary,
                standby,
                CheckerOptions.builder().settle(Duration.ofSeconds(3)).build());
    }

    private SafeStop stop() {
        return new SafeStop(
                checker(),
                standby,
                StopOptions.builder().patience(Duration.ofSeconds(10)).build());
    }

    private boolean isRequested() {
        return standby.content(KeyRange.ALL).containsKey(REQUEST);
    }

    private boolean isLocked() {
        return standby.content(KeyRange.ALL).containsKey(DrKitKeys.LOCK);
    }

    @Test
    void a_running_mirror_is_proved_level_and_ends_as_if_closed() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.put(key(1), "changed");
            StopResult result = stop().stop(SCOPE, false);
            assertThat(result).isInstanceOf(Stopped.class);
            assertThat(((Stopped) result).ran()).isTrue();
            assertThat(result.evidence().provesEquality()).isTrue();
            assertThat(result.evidence().forecast()).isEmpty();
            assertThat(session.awaitEnd(SOON)).isTrue();
            assertThat(session.status().state()).isEqualTo(State.STOPPED);
        }
        assertThat(isLocked()).isFalse();
        assertThat(isRequested()).isFalse();
        assertThat(checkpoint().isComplete()).isTrue();
        assertEqual();
    }

    @Test
    void a_missed_key_keeps_it_running_unless_forced() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.delete(key(7));
            StopResult refused = stop().stop(SCOPE, false);
            assertThat(refused).isInstanceOf(Refused.class);
            assertThat(refused.evidence()
                            .report()
                            .orElseThrow()
                            .comparison()
                            .total()
                            .missed())
                    .isEqualTo(1);
            assertThat(refused.evidence().forecast()).isPresent();
            assertThat(isRequested()).isFalse();
            primary.put(key(1), "goes on");
            caughtUp(session);

            StopResult forced = stop().stop(SCOPE, true);
            assertThat(forced.isStopped()).isTrue();
            assertThat(forced.evidence().provesEquality()).isFalse();
            assertThat(session.awaitEnd(SOON)).isTrue();
        }
    }

    @Test
    void surplus_alone_does_not_keep_it_running() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put("/registry/own", "mine");
            StopResult result = stop().stop(SCOPE, false);
            assertThat(result.isStopped()).isTrue();
            assertThat(result.evidence().provesEquality()).isFalse();
        }
    }

    @Test
    void a_changed_value_that_costs_no_object_its_owner_does_not_keep_it_running() throws Exception {
        once();
        standby.put(key(3), "changed");
        StopResult result = stop().stop(SCOPE, false);
        assertThat(result.isStopped()).isTrue();
        assertThat(result.evidence().forecast()).isPresent();
    }

    @Test
    void where_none_runs_it_proves_and_says_so() throws Exception {
        once();
        StopResult level = stop().stop(SCOPE, false);
        assertThat(level).isInstanceOf(Stopped.class);
        assertThat(((Stopped) level).ran()).isFalse();
        primary.put("/registry/new", "missed");
        assertThat(stop().stop(SCOPE, false)).isInstanceOf(Refused.class);
    }

    @Test
    void a_request_left_behind_stops_no_later_session() throws Exception {
        StopRequest.make(standby, "default", "a session that died");
        try (MirrorSession session = start()) {
            caughtUp(session);
            Thread.sleep(2_500);
            assertThat(session.status().state()).isEqualTo(State.STREAMING);
            assertThat(stop().stop(SCOPE, false).isStopped()).isTrue();
        }
        assertThat(isRequested()).isFalse();
    }

    @Test
    void one_that_waits_for_the_lock_is_stopped_in_its_turn() throws Exception {
        try (MirrorSession first = start()) {
            caughtUp(first);
            try (MirrorSession second = start()) {
                await(second, State.WAITING_FOR_LOCK);
                assertThat(stop().stop(SCOPE, false).isStopped()).isTrue();
                assertThat(first.awaitEnd(SOON)).isTrue();
                assertThat(second.awaitEnd(SOON)).isTrue();
            }
        }
        assertThat(isLocked()).isFalse();
    }

    @Test
    void a_mirror_that_lost_its_primary_is_stopped_by_force() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.setUnreachable(true);
            await(session, State.RECONNECTING);
            assertThatThrownBy(() -> stop().stop(SCOPE, false)).isInstanceOf(SiteUnreachableException.class);
            StopResult forced = stop().stop(SCOPE, true);
            assertThat(forced.isStopped()).isTrue();
            assertThat(forced.evidence().report()).isEmpty();
            assertThat(forced.evidence().unreachable()).isPresent();
            assertThat(session.awaitEnd(SOON)).isTrue();
            assertThat(session.status().state()).isEqualTo(State.STOPPED);
        }
    }

    @Test
    void one_that_waits_for_an_answer_of_its_primary_is_stopped_at_once() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean hangs = new AtomicBoolean();
        FaultyKeyStore hanging = new FaultyKeyStore(primary, (moment, call) -> {
            if (hangs.get()) {
                hang(never);
            }
        });
        try (MirrorSession session =
                new DefaultKeyMirror(hanging, standby, options().build()).start(SCOPE)) {
            caughtUp(session);
            hangs.set(true);
            assertThat(stop().stop(SCOPE, true).isStopped()).isTrue();
            assertThat(session.status().state()).isEqualTo(State.STOPPED);
        }
        assertThat(isLocked()).isFalse();
    }

    private static void hang(CountDownLatch never) {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("interrupted", e);
        }
    }

    @Test
    void one_that_does_not_end_in_time_is_asked_no_longer() throws Exception {
        once();
        standby.put(
                DrKitKeys.LOCK.utf8(),
                "{\"mirror\":\"default\",\"holder\":\"process 1\",\"since\":\"then\",\"session\":\"deaf\"}");
        StopResult result = new SafeStop(
                        checker(),
                        standby,
                        StopOptions.builder().patience(Duration.ofSeconds(1)).build())
                .stop(SCOPE, true);
        assertThat(result).isInstanceOf(StillRunning.class);
        assertThat(((StillRunning) result).holder()).contains("process 1");
        assertThat(isRequested()).isFalse();
    }

    @Test
    void another_mirrors_session_is_left_alone() throws Exception {
        try (MirrorSession session = start(options().name("other"))) {
            caughtUp(session);
            StopResult result = stop().stop(SCOPE, false);
            assertThat(((Stopped) result).ran()).isFalse();
            assertThat(session.status().state()).isEqualTo(State.STREAMING);
        }
    }

    @Test
    void the_proof_of_a_smaller_scope_is_no_proof() throws Exception {
        once();
        MirrorScope part = MirrorScope.prefix("/registry/key/00");
        assertThatThrownBy(() -> stop().stop(part, false))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("scope all");
        assertThat(stop().stop(part, true).isStopped()).isTrue();
    }

    @Test
    void a_session_stops_itself_likewise() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.delete(key(7));
            assertThat(session.stopSafely(checker(), false)).isInstanceOf(Refused.class);
            assertThat(session.status().state()).isEqualTo(State.STREAMING);
            primary.put(key(7), "again");
            assertThat(session.stopSafely(checker(), false).isStopped()).isTrue();
            assertThat(session.status().state()).isEqualTo(State.STOPPED);
            assertThat(((Stopped) session.stopSafely(checker(), false)).ran()).isFalse();
        }
        assertEqual();
    }

    @Test
    void a_lost_answer_to_the_request_is_got_over() throws Exception {
        boolean[] lost = {false};
        FaultyKeyStore lossy = new FaultyKeyStore(standby, (moment, call) -> {
            if (moment == FaultyKeyStore.Moment.AFTER && call.equals("commit") && !lost[0]) {
                lost[0] = true;
                throw new OutcomeUnknownException("lost", null);
            }
        });
        try (MirrorSession session = start()) {
            caughtUp(session);
            assertThat(new SafeStop(checker(), lossy).stop(SCOPE, false).isStopped())
                    .isTrue();
            assertThat(session.awaitEnd(SOON)).isTrue();
        }
        assertThat(lost[0]).isTrue();
    }
}
