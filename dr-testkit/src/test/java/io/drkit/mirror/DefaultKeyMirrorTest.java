package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorOptions.Risk;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The mirror between two stores in memory: each promise of {@link KeyMirror}, and each refusal. */
@Timeout(60)
class DefaultKeyMirrorTest {

    private static final MirrorScope SCOPE = MirrorScope.all();
    private static final Duration SOON = Duration.ofSeconds(20);

    private InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    private InMemoryKeyStore standby = new InMemoryKeyStore("standby");

    @BeforeEach
    void load() {
        for (int i = 0; i < 100; i++) {
            primary.put(key(i), "v" + i);
        }
    }

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
    void keeps_strangers_through_restarts_compaction_and_reconciles() throws Exception {
        standby.put("/registry/before", "mine");
        once();
        standby.put("/registry/while-down", "mine");
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put("/registry/while-streaming", "mine");
            primary.put(key(5), "x");
            caughtUp(session);
            primary.delete(key(6));
            caughtUp(session);
        }
        primary.delete(key(7));
        primary.compact(primary.revision());
        standby.compact(standby.revision());
        once();
        once();
        SortedMap<Bytes, Bytes> expected = primary.content(SCOPE.range());
        expected.put(Bytes.utf8("/registry/before"), Bytes.utf8("mine"));
        expected.put(Bytes.utf8("/registry/while-down"), Bytes.utf8("mine"));
        expected.put(Bytes.utf8("/registry/while-streaming"), Bytes.utf8("mine"));
        assertThat(standby.content(SCOPE.range())).isEqualTo(expected);
    }

    @Test
    void sets_a_strangers_value_aside_before_it_is_overwritten() throws Exception {
        standby.put(key(1), "mine, from before");
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put("/registry/new", "mine, meanwhile");
            primary.put("/registry/new", "theirs");
            caughtUp(session);
            assertThat(session.status().setAside()).isEqualTo(2);
        }
        assertEqual();
        assertThat(setAside()).containsExactly("mine, from before", "mine, meanwhile");
        primary.delete("/registry/new");
        primary.compact(primary.revision());
        once();
        assertEqual();
    }

    @Test
    void leased_keys_are_not_mirrored_and_their_expiry_deletes_nothing() throws Exception {
        standby.put("/registry/leased", "mine");
        primary.putLeased("/registry/leased", "1", Duration.ofHours(1));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.putLeased("/registry/leased", "2", Duration.ofHours(1));
            primary.putLeased("/registry/other", "2", Duration.ofHours(1));
            caughtUp(session);
            primary.delete("/registry/leased");
            primary.delete("/registry/other");
            caughtUp(session);
        }
        assertThat(standby.content(KeyRange.prefix("/registry/leased")).values())
                .containsExactly(Bytes.utf8("mine"));
        assertThat(standby.content(KeyRange.prefix("/registry/other"))).isEmpty();
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
    void refuses_a_mass_deletion_before_it_is_applied_and_follows_it_when_accepted() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.deletePrefix("/registry/");
            assertThatThrownBy(() -> session.awaitCaughtUp(SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("--accept shrink");
            assertThat(session.status().state()).isEqualTo(State.REFUSED);
        }
        assertThat(standby.content(SCOPE.range())).hasSize(100);
        refuses("--accept shrink");
        primary.compact(primary.revision());
        refuses("--accept shrink");
        once(options().accept(Risk.SHRINK));
        assertThat(standby.content(SCOPE.range())).isEmpty();
    }

    @Test
    void an_accepted_deletion_is_followed_while_streaming_and_the_next_one_refused() throws Exception {
        once();
        primary.deletePrefix("/registry/key/00");
        primary.deletePrefix("/registry/key/01");
        primary.deletePrefix("/registry/key/02");
        primary.deletePrefix("/registry/key/03");
        try (MirrorSession session = start(options().accept(Risk.SHRINK))) {
            caughtUp(session);
            assertEqual();
            primary.deletePrefix("/registry/");
            assertThatThrownBy(() -> session.awaitCaughtUp(SOON)).isInstanceOf(UnsafeToProceedException.class);
        }
        assertThat(standby.content(SCOPE.range())).hasSize(60);
    }

    @Test
    void refuses_an_empty_primary_and_leaves_no_roles_behind() {
        InMemoryKeyStore empty = new InMemoryKeyStore("empty");
        assertThatThrownBy(() -> {
                    try (MirrorSession session =
                            new DefaultKeyMirror(empty, primary, options().build()).start(SCOPE)) {
                        session.awaitCaughtUp(SOON);
                    }
                })
                .isInstanceOf(UnsafeToProceedException.class);
        assertThat(empty.content(KeyRange.ALL)).isEmpty();
        assertThat(primary.content(DrKitKeys.OWN)).isEmpty();
    }

    @Test
    void refuses_one_site_on_both_sides() {
        standby = primary;
        refuses("one and the same");
    }

    @Test
    void refuses_swapped_sides() throws Exception {
        once();
        InMemoryKeyStore first = primary;
        primary = standby;
        standby = first;
        refuses("swapped");
    }

    @Test
    void refuses_a_restored_primary_in_each_shape_it_comes_in() throws Exception {
        once();
        InMemoryKeyStore older = primary.snapshot();
        for (int i = 0; i < 50; i++) {
            primary.put(key(i), "later" + i);
        }
        once();
        primary = older;
        refuses("--accept new-history");
        for (int i = 0; i < 200; i++) {
            primary.put("/registry/other/" + i, "after the restore");
        }
        refuses("--accept new-history");
        primary.compact(primary.revision());
        refuses("--accept new-history");
        primary.bumpRevision(1_000_000);
        refuses("--accept new-history");
        once(options().accept(Risk.NEW_HISTORY));
        assertThat(standby.content(SCOPE.range())).isEqualTo(primary.content(SCOPE.range()));
        assertThat(setAside()).contains("later7");
    }

    @Test
    void refuses_another_primary_than_before() throws Exception {
        once();
        primary = new InMemoryKeyStore("another");
        for (int i = 0; i < 100; i++) {
            primary.put(key(i), "v" + i);
        }
        refuses("--accept new-source");
        once(options().accept(Risk.NEW_SOURCE));
        once();
    }

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
    void what_a_repair_put_is_the_primarys_and_goes_when_it_goes() throws Exception {
        once();
        standby.delete(key(1));
        standby.delete(key(2));
        new DefaultConsistencyChecker(primary, standby, CheckerOptions.DEFAULT).repair(SCOPE, false);
        assertEqual();
        primary.delete(key(1));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.delete(key(2));
            caughtUp(session);
        }
        assertEqual();
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

    @Test
    void survives_lost_replies_and_unreachable_sites() throws Exception {
        int[] calls = {0};
        FaultyKeyStore.Hook hook = (moment, call) -> {
            if (++calls[0] % 97 == 0) {
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
            calls[0] = Integer.MIN_VALUE;
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
            assertThat(session.status().skippedSample()).contains(Bytes.utf8("/registry/big"));
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

    private MirrorOptions.Builder options() {
        return MirrorOptions.builder();
    }

    private MirrorSession start() {
        return start(options());
    }

    private MirrorSession start(MirrorOptions.Builder options) {
        return new DefaultKeyMirror(primary, standby, options.build()).start(SCOPE);
    }

    private void once() throws InterruptedException {
        once(options());
    }

    private void once(MirrorOptions.Builder options) throws InterruptedException {
        try (MirrorSession session = start(options)) {
            caughtUp(session);
        }
    }

    private void refuses(String words) {
        SortedMap<Bytes, Bytes> before = standby.content(SCOPE.range());
        assertThatThrownBy(this::once)
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(words);
        assertThat(standby.content(SCOPE.range())).isEqualTo(before);
    }

    private static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(SOON))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    private static void await(MirrorSession session, State state) throws InterruptedException {
        for (int i = 0; i < 2_000 && session.status().state() != state; i++) {
            Thread.sleep(5);
        }
        assertThat(session.status().state()).isEqualTo(state);
    }

    private void assertEqual() {
        assertThat(standby.content(SCOPE.range())).isEqualTo(unleased());
    }

    private SortedMap<Bytes, Bytes> unleased() {
        return new TreeMap<>(primary.content(SCOPE.range()));
    }

    private Checkpoint checkpoint() {
        Bytes key = DrKitKeys.checkpoint("default");
        return Checkpoint.parse(
                Objects.requireNonNull(standby.content(KeyRange.ALL).get(key)));
    }

    /** Promise 2, at every revision of the standby. */
    private void assertOracle() {
        Bytes key = DrKitKeys.checkpoint("default");
        KeyRange one = new KeyRange(key, key.successor());
        int checked = 0;
        Bytes last = Bytes.EMPTY;
        for (long revision = 2; revision <= standby.revision(); revision++) {
            Bytes now = standby.contentAt(one, revision).get(key);
            if (now != null && !now.equals(last)) {
                last = now;
                Checkpoint checkpoint = Checkpoint.parse(now);
                if (checkpoint.isComplete() && checkpoint.revision() > 101) {
                    boolean part = standby.contentAt(SCOPE.range(), revision)
                            .equals(primary.contentAt(SCOPE.range(), checkpoint.revision()));
                    if (!part) {
                        assertThat(partOfSplit(revision, one, key, checkpoint))
                                .as("at %s", revision)
                                .isTrue();
                    }
                    checked++;
                }
            }
        }
        assertThat(checked).isPositive();
    }

    /** The parts of a split revision leave the checkpoint's revision where it was. */
    private boolean partOfSplit(long revision, KeyRange one, Bytes key, Checkpoint checkpoint) {
        Bytes before = standby.contentAt(one, revision - 1).get(key);
        return before != null && Checkpoint.parse(before).revision() == checkpoint.revision();
    }

    private List<String> setAside() {
        return standby.content(KeyRange.prefix(DrKitKeys.QUARANTINE)).entrySet().stream()
                .filter(entry -> entry.getKey().utf8().contains("/keys/"))
                .map(entry -> entry.getValue().utf8())
                .toList();
    }

    private static String key(int i) {
        return String.format("/registry/key/%03d", i);
    }
}
