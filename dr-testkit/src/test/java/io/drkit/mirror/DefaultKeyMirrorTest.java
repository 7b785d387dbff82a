package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.testkit.FaultyKeyStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The mirror between two stores in memory: it follows the primary, whatever happens on the way. */
class DefaultKeyMirrorTest extends MirrorFixture {

    @Test
    void copies_follows_and_deletes() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.put(key(100), "new");
            primary.put(key(1), "changed");
            primary.delete(key(2));
            caughtUp(session);
            assertEqual();
            assertThat(session.status().state()).isEqualTo(State.STREAMING);
            assertThat(session.status().lag()).isPresent();
        }
    }

    @Test
    void its_checkpoint_tells_until_when_it_lacks_nothing() throws Exception {
        NavigableMap<Instant, Long> acknowledged = new TreeMap<>();
        Set<Instant> told = new HashSet<>();
        try (MirrorSession session = start()) {
            caughtUp(session);
            for (int i = 0; i < 2_000 || told.size() < 3; i++) {
                primary.put(key(i % 100), "w" + i);
                acknowledged.put(Instant.now(), primary.revision());
                Checkpoint checkpoint =
                        MirrorRecord.read(standby, "default").orElseThrow().checkpoint();
                checkpoint.knownAsOf().ifPresent(asOf -> {
                    told.add(asOf);
                    Map.Entry<Instant, Long> before = acknowledged.lowerEntry(asOf);
                    assertThat(before == null ? 0 : before.getValue()).isLessThanOrEqualTo(checkpoint.revision());
                });
            }
            caughtUp(session);
        }
        assertThat(MirrorRecord.read(standby, "default")
                        .orElseThrow()
                        .checkpoint()
                        .knownAsOf())
                .hasValueSatisfying(asOf -> assertThat(asOf).isAfter(acknowledged.firstKey()));
    }

    @Test
    void what_a_clock_that_was_ahead_told_does_not_stay() throws Exception {
        Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
        for (Clock clock : List.of(ahead, Clock.systemUTC())) {
            MirrorOptions options = MirrorOptions.builder().clock(clock).build();
            try (MirrorSession session = new DefaultKeyMirror(primary, standby, options).start(SCOPE)) {
                caughtUp(session);
                primary.put(key(1), clock.toString());
                caughtUp(session);
            }
            MirrorRecord.read(standby, "default")
                    .orElseThrow()
                    .checkpoint()
                    .knownAsOf()
                    .ifPresent(asOf -> assertThat(asOf).isBeforeOrEqualTo(clock.instant()));
        }
    }

    @Test
    void resumes_from_its_checkpoint_and_writes_only_what_changed() throws Exception {
        once();
        primary.put(key(3), "changed while down");
        primary.delete(key(4));
        primary.put("/elsewhere", "not mirrored");
        try (MirrorSession session = start()) {
            caughtUp(session);
            assertEqual();
            assertThat(session.status().appliedKeys()).isEqualTo(2);
        }
        assertThat(standby.content(KeyRange.prefix("/elsewhere"))).isEmpty();
    }

    @Test
    void reconciles_after_the_changes_since_its_checkpoint_were_compacted() throws Exception {
        once();
        primary.put(key(3), "changed while down");
        primary.delete(key(4));
        primary.put("/registry/z", "z");
        primary.compact(primary.revision());
        try (MirrorSession session = start()) {
            caughtUp(session);
            assertEqual();
            assertThat(session.status().appliedKeys()).isEqualTo(3);
        }
    }

    @Test
    void copies_in_pages_while_the_primary_changes_and_compacts() throws Exception {
        FaultyKeyStore source = new FaultyKeyStore(primary, (moment, call) -> {
            if (call.equals("range") && moment == FaultyKeyStore.Moment.BEFORE && primary.revision() < 400) {
                primary.put(key((int) (primary.revision() % 120)), "r" + primary.revision());
                primary.delete(key((int) (primary.revision() * 7 % 120)));
                primary.compact(primary.revision());
            }
        });
        MirrorOptions options = options().pageSize(7).maxShrink(1).build();
        try (MirrorSession session = new DefaultKeyMirror(source, standby, options).start(SCOPE)) {
            caughtUp(session);
            assertEqual();
        }
    }

    @Test
    void the_same_where_progress_cannot_be_trusted() throws Exception {
        primary.untrustedProgress();
        copies_in_pages_while_the_primary_changes_and_compacts();
    }

    @Test
    void an_idle_scope_catches_up_where_progress_cannot_be_trusted() throws Exception {
        primary.untrustedProgress();
        try (MirrorSession session = start()) {
            caughtUp(session);
            for (int i = 0; i < 10; i++) {
                primary.put("/elsewhere", "v" + i);
            }
            caughtUp(session);
            assertThat(session.status().lagInRevisions()).isZero();
        }
    }

    @Test
    void every_checkpoint_of_a_complete_copy_equals_the_primary_at_its_revision() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            for (int i = 0; i < 300; i++) {
                primary.write(List.of(
                        Operation.put(Bytes.utf8(key(i % 90)), Bytes.utf8("a" + i)),
                        Operation.put(Bytes.utf8(key((i * 31) % 97 + 100)), Bytes.utf8("b" + i)),
                        Operation.delete(Bytes.utf8(key((i * 17) % 89 + 200)))));
                if (i % 50 == 0) {
                    caughtUp(session);
                }
            }
            caughtUp(session);
        }
        assertEqual();
        assertOracle();
    }

    @Test
    void a_revision_larger_than_a_transaction_is_split_and_counted() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            List<Operation> many = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                many.add(Operation.put(Bytes.utf8("/registry/many/" + i), Bytes.utf8("m" + i)));
            }
            primary.write(many);
            caughtUp(session);
            assertThat(session.status().splitRevisions()).isEqualTo(1);
        }
        assertEqual();
        assertOracle();
    }

    @Test
    void survives_lost_replies_and_unreachable_sites() throws Exception {
        // At random: a fault that comes every so many calls may come to hit the same call of each attempt.
        Random dice = new Random(97);
        boolean[] healed = {false};
        FaultyKeyStore.Hook hook = (moment, call) -> {
            if (!healed[0] && dice.nextInt(97) == 0) {
                throw call.equals("commit")
                        ? new io.drkit.OutcomeUnknownException("lost reply", null)
                        : new io.drkit.SiteUnreachableException("cut");
            }
        };
        MirrorOptions options =
                options().pageSize(10).maxBackoff(Duration.ofMillis(201)).build();
        try (MirrorSession session = new DefaultKeyMirror(
                        new FaultyKeyStore(primary, hook), new FaultyKeyStore(standby, hook), options)
                .start(SCOPE)) {
            for (int i = 0; i < 100; i++) {
                primary.put(key(i), "w" + i);
            }
            assertThat(session.awaitCaughtUp(Duration.ofSeconds(50))).isTrue();
            healed[0] = true;
        }
        assertEqual();
    }

    @Test
    void a_value_the_standby_refuses_is_named_and_the_rest_goes_on() throws Exception {
        standby.requestLimit(10_000);
        primary.put("/registry/big", "x".repeat(20_000));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.put("/registry/big2", "x".repeat(20_000));
            primary.put("/registry/small", "x");
            caughtUp(session);
            assertThat(session.status().skipped()).isEqualTo(2);
            assertThat(session.status().skippedSample())
                    .extracting(SkippedKey::key)
                    .contains(Bytes.utf8("/registry/big"));
            primary.put("/registry/big", "now small");
            primary.delete("/registry/big2");
            caughtUp(session);
            assertThat(session.status().skipped()).isZero();
        }
        assertEqual();
    }

    @Test
    void waits_for_a_full_standby_and_goes_on() throws Exception {
        try (MirrorSession session = start(options().maxBackoff(Duration.ofMillis(300)))) {
            caughtUp(session);
            standby.spaceQuota(1);
            primary.put(key(1), "x");
            await(session, State.STANDBY_FULL);
            standby.spaceQuota(Long.MAX_VALUE);
            caughtUp(session);
        }
        assertEqual();
    }

    @Test
    void close_is_prompt_in_every_state_and_keeps_the_checkpoint() throws Exception {
        MirrorSession session = start();
        caughtUp(session);
        primary.put("/elsewhere", "moves the revision");
        caughtUp(session);
        session.close();
        assertThat(session.status().state()).isEqualTo(State.STOPPED);
        assertThat(checkpoint().revision()).isEqualTo(primary.revision());
        assertThat(standby.content(KeyRange.prefix("/drkit/mirror/lock"))).isEmpty();
    }

    @Test
    void asked_to_it_goes_through_all_keys_again() throws InterruptedException {
        once();
        standby.put(key(5), "tampered with");
        once();
        assertThat(standby.content(SCOPE.range()).get(Bytes.utf8(key(5)))).isEqualTo(Bytes.utf8("tampered with"));
        once(options().reconcile(true));
        assertEqual();
        assertThat(setAside()).containsExactly("tampered with");
    }
}
