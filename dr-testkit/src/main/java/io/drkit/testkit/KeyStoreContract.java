package io.drkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.CommitResult.Committed;
import io.drkit.keystore.CommitResult.GuardFailed;
import io.drkit.keystore.CommitResult.TooLarge;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.FutureRevisionException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Field;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link KeyStore} must do. A backend's test extends this and says how to {@link #open} a connection to a server, which the tests
 * may share. The server must refuse requests of 4 MiB, as etcd does by default.
 */
public abstract class KeyStoreContract extends WatchContract {

    private static final Duration TIME_TO_LIVE = Duration.ofSeconds(2);

    @Test
    void says_how_it_stands() {
        long revision = put("a", "1");
        long logIndex = store().status().logIndex();
        assertThat(store().status().revision()).isEqualTo(revision);
        assertThat(store().status().outOfSpace()).isFalse();
        assertThat(store().status().version()).isNotEmpty();
        put("a", "2");
        assertThat(store().status().logIndex()).isGreaterThanOrEqualTo(logIndex == 0 ? 0 : logIndex + 1);
        assertThat(store().name()).isNotEmpty();
    }

    @Test
    void keeps_binary_keys_and_values_in_unsigned_order() {
        List<Bytes> keys =
                List.of(key(0x00), key(0x00, 0x00), key('a'), key(0x7f), key(0x80), key(0xff), key(0xff, 0xff));
        Bytes value = Bytes.copyOf((byte) 0, (byte) 0xff, (byte) '\r');
        keys.forEach(key -> put(key, value));
        assertThat(keysNow()).isEqualTo(keys);
        assertThat(pages(RangeRequest.of(mine, 0, 3)))
                .allMatch(entry -> entry.value().equals(value));
        assertThat(store().read(keys)).containsOnlyKeys(keys);
    }

    @Test
    void keeps_empty_values() {
        put("empty", "");
        assertThat(get("empty").value()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void tells_a_key_from_one_it_is_a_prefix_of() {
        put("a", "short");
        put("a/", "longer");
        put("a/b", "longest");
        assertThat(keys(RangeRequest.of(new KeyRange(key("a"), key("a").successor()), 0, 10)))
                .containsExactly(key("a"));
        delete("a");
        assertThat(keysNow()).containsExactly(key("a/"), key("a/b"));
    }

    @Test
    void counts_versions_and_revisions_of_each_key() {
        long created = put("a", "1");
        long changed = put("a", "2");
        assertThat(get("a")).isEqualTo(new KeyValue(key("a"), value("2"), created, changed, 2, false));
        delete("a");
        long again = put("a", "3");
        assertThat(get("a")).isEqualTo(new KeyValue(key("a"), value("3"), again, again, 1, false));
    }

    @Test
    void pages_at_one_revision_while_writes_go_on() {
        IntStream.range(0, 30).forEach(i -> put("k%02d".formatted(i), "before"));
        Page first = store().range(RangeRequest.of(mine, 0, 7));
        assertThat(first.more()).isTrue();
        assertThat(first.count()).isEqualTo(30);
        IntStream.range(0, 30).forEach(i -> put("k%02d".formatted(i), "after"));
        put("k05a", "new");
        delete("k29");
        List<KeyValue> pinned = pages(RangeRequest.of(mine, first.revision(), 7));
        assertThat(pinned).hasSize(30).allMatch(entry -> entry.value().equals(value("before")));
        assertThat(keysNow()).hasSize(30).contains(key("k05a")).doesNotContain(key("k29"));
    }

    @Test
    void a_page_that_ends_the_range_says_so() {
        put("a", "");
        put("b", "");
        assertThat(store().range(RangeRequest.of(mine, 0, 2)).more()).isFalse();
        assertThat(store().range(RangeRequest.of(mine, 0, 1)).more()).isTrue();
        Page none = store().range(RangeRequest.of(mine.from(key("c")), 0, 1));
        assertThat(none.entries()).isEmpty();
        assertThat(none.more()).isFalse();
        assertThat(none.count()).isZero();
    }

    @Test
    void reads_a_range_without_an_upper_bound() {
        put("a", "");
        put("b", "");
        Page page = store().range(RangeRequest.of(new KeyRange(key("a"), null), 0, 2));
        assertThat(page.entries()).extracting(KeyValue::key).containsExactly(key("a"), key("b"));
    }

    @Test
    void leaves_out_values_when_asked_to() {
        long revision = put("a", "value");
        assertThat(pages(RangeRequest.of(mine, 0, 10).onlyKeys()))
                .containsExactly(new KeyValue(key("a"), Bytes.EMPTY, revision, revision, 1, false));
    }

    @Test
    void pages_through_what_was_changed_or_created_since() {
        IntStream.range(0, 20).forEach(i -> put("old%02d".formatted(i), ""));
        long since = put("old03", "changed");
        put("old17", "changed");
        IntStream.range(0, 5).forEach(i -> put("new%02d".formatted(i), ""));
        RangeRequest all = RangeRequest.of(mine, 0, 3);
        assertThat(keys(all.modifiedSince(since))).hasSize(7).contains(key("old03"), key("old17"), key("new04"));
        assertThat(keys(all.createdSince(since))).hasSize(5).allMatch(key -> key.startsWith(key("new")));
        assertThat(keys(all.modifiedSince(store().status().revision() + 1))).isEmpty();
        assertThat(store().range(all.createdSince(since)).count()).isEqualTo(25);
    }

    @Test
    void reads_the_past_until_it_is_compacted() {
        put("a", "1");
        long first = put("b", "1");
        long kept = put("a", "2");
        delete("b");
        assertThat(keys(RangeRequest.of(mine, first, 10))).containsExactly(key("a"), key("b"));
        store().compact(kept);
        store().compact(kept);
        store().compact(first);
        assertThat(keys(RangeRequest.of(mine, kept, 10))).containsExactly(key("a"), key("b"));
        assertThatThrownBy(() -> store().range(RangeRequest.of(mine, first, 10)))
                .isInstanceOfSatisfying(
                        CompactedException.class,
                        e -> assertThat(e.compactRevision()).isIn(0L, kept));
        assertThat(keysNow()).containsExactly(key("a"));
    }

    @Test
    void refuses_a_revision_that_was_not_reached() {
        long now = put("a", "1");
        assertThatThrownBy(() -> store().range(RangeRequest.of(mine, now + 1_000, 10)))
                .isInstanceOf(FutureRevisionException.class);
    }

    @Test
    void counts_a_range() {
        IntStream.range(0, 12).forEach(i -> put("k" + i, ""));
        assertThat(store().count(mine)).isEqualTo(12);
        assertThat(store().count(KeyRange.prefix(key("k1")))).isEqualTo(3);
        assertThat(store().count(KeyRange.prefix(key("x")))).isZero();
    }

    @Test
    void reads_many_keys_at_one_revision() throws InterruptedException {
        List<Bytes> keys = IntStream.range(0, KeyStore.MAX_OPERATIONS)
                .mapToObj(i -> key("k" + i))
                .toList();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            for (int round = 0; round < 20; round++) {
                Bytes value = value("round " + round);
                commit(keys.stream().map(key -> Operation.put(key, value)).toList());
            }
        });
        do {
            Map<Bytes, KeyValue> read = store().read(keys);
            assertThat(read.values().stream().map(KeyValue::modRevision).distinct())
                    .as("revisions in one read")
                    .hasSizeLessThanOrEqualTo(1);
        } while (!writer.isDone());
        assertThat(writer).succeedsWithin(Duration.ofSeconds(30));
        assertThat(store().read(List.of(key("absent"), key("k3")))).containsOnlyKeys(key("k3"));
    }

    @Test
    void does_all_operations_of_a_transaction_in_one_revision() {
        put("gone", "");
        long before = put("changed", "1");
        long revision = commit(
                Operation.put(key("changed"), value("2")),
                Operation.put(key("new"), value("2")),
                Operation.delete(key("gone")),
                Operation.delete(key("never there")));
        assertThat(revision).isEqualTo(before + 1);
        assertThat(get("changed").modRevision()).isEqualTo(revision);
        assertThat(get("new").createRevision()).isEqualTo(revision);
        assertThat(keysNow()).containsExactly(key("changed"), key("new"));
    }

    @Test
    void takes_as_many_guards_and_operations_as_promised() {
        List<Bytes> keys = IntStream.range(0, KeyStore.MAX_OPERATIONS)
                .mapToObj(i -> key("k" + i))
                .toList();
        Transaction transaction = new Transaction(
                keys.stream().map(Guard::absent).toList(),
                keys.stream().map(key -> Operation.put(key, value("v"))).toList());
        assertThat(store().commit(transaction)).isInstanceOf(Committed.class);
        assertThat(store().commit(transaction)).isInstanceOf(GuardFailed.class);
        assertThat(store().count(mine)).isEqualTo(KeyStore.MAX_OPERATIONS);
    }

    @Test
    void a_transaction_that_changes_nothing_makes_no_revision() {
        long before = put("a", "");
        assertThat(commit(Operation.delete(key("never there")))).isEqualTo(before);
        assertThat(commit(List.of())).isEqualTo(before);
        assertThat(put("a", "")).isEqualTo(before + 1);
    }

    @Test
    void does_nothing_unless_every_guard_holds() {
        put("a", "1");
        long mod = put("a", "2");
        KeyValue a = get("a");
        List<Guard> holding = List.of(
                new Guard(key("a"), Field.CREATE_REVISION, a.createRevision()),
                new Guard(key("a"), Field.MOD_REVISION, mod),
                new Guard(key("a"), Field.VERSION, 2),
                Guard.absent(key("absent")),
                new Guard(key("absent"), Field.MOD_REVISION, 0),
                new Guard(key("absent"), Field.VERSION, 0));
        for (Guard guard : holding) {
            for (long wrong : new long[] {guard.expected() + 1, guard.expected() == 0 ? 7 : 0}) {
                List<Guard> one = Stream.concat(
                                holding.stream(), Stream.of(new Guard(guard.key(), guard.field(), wrong)))
                        .toList();
                assertThat(store().commit(new Transaction(one, List.of(Operation.put(key("x"), value("x"))))))
                        .isEqualTo(new GuardFailed(mod));
            }
        }
        assertThat(keysNow()).containsExactly(key("a"));
        assertThat(store().commit(new Transaction(holding, List.of(Operation.put(key("x"), value("x"))))))
                .isEqualTo(new Committed(mod + 1));
    }

    @Test
    void fetches_pages_as_it_reads_them() throws InterruptedException {
        IntStream.range(10, 30).forEach(i -> put("k" + i, "v"));
        RangeRequest request = RangeRequest.of(mine, 0, 7);
        Page page = KeyStore.await(store().fetch(request));
        assertThat(page).isEqualTo(store().range(request)).matches(Page::more);
        store().compact(put("a", "1"));
        CompletableFuture<Page> past = store().fetch(RangeRequest.of(mine, page.revision(), 7));
        assertThatThrownBy(() -> KeyStore.await(past)).isInstanceOf(CompactedException.class);
        CompletableFuture<Page> future = store().fetch(RangeRequest.of(mine, page.revision() + 1_000, 7));
        assertThatThrownBy(() -> KeyStore.await(future)).isInstanceOf(FutureRevisionException.class);
    }

    /** In whatever order they are done: each once, in a revision of its own, and none whose guard does not hold. */
    @Test
    void does_what_was_submitted_at_once() throws InterruptedException {
        List<CompletableFuture<CommitResult>> answers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Bytes key = key("k" + i / 2);
            answers.add(store().submit(
                            new Transaction(List.of(Guard.absent(key)), List.of(Operation.put(key, value("v" + i))))));
        }
        List<Long> revisions = new ArrayList<>();
        int failed = 0;
        for (CompletableFuture<CommitResult> answer : answers) {
            CommitResult result = KeyStore.await(answer);
            if (result instanceof Committed committed) {
                revisions.add(committed.revision());
            } else {
                assertThat(result).isInstanceOf(GuardFailed.class);
                failed++;
            }
        }
        assertThat(revisions).hasSize(30).doesNotHaveDuplicates();
        assertThat(failed).isEqualTo(30);
        assertThat(store().range(RangeRequest.of(mine, 0, 100)).entries())
                .hasSize(30)
                .allSatisfy(entry -> assertThat(entry.version()).isEqualTo(1))
                .extracting(KeyValue::modRevision)
                .containsExactlyInAnyOrderElementsOf(revisions);
    }

    @Test
    void serialises_guarded_writers() {
        put("counter", "0");
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(CompletableFuture.runAsync(() -> IntStream.range(0, 25).forEach(n -> increment("counter"))));
        }
        assertThat(CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new)))
                .succeedsWithin(Duration.ofSeconds(60));
        assertThat(get("counter").value()).isEqualTo(value("100"));
    }

    @Test
    void takes_a_value_of_a_mebibyte() {
        Bytes large = Bytes.wrap(new byte[1 << 20]);
        put(key("large"), large);
        assertThat(get("large").value()).isEqualTo(large);
    }

    @Test
    void says_when_a_request_is_too_large() {
        for (int size : new int[] {4 << 20, 12 << 20}) {
            Operation put = Operation.put(key("huge"), Bytes.wrap(new byte[size]));
            assertThat(store().commit(new Transaction(List.of(), List.of(put)))).isInstanceOf(TooLarge.class);
        }
        assertThat(keysNow()).isEmpty();
        put("huge", "not any more");
    }

    @Test
    void keys_vanish_with_their_lease() {
        Lease lease = store().grantLease(Duration.ofSeconds(30));
        assertThat(lease.id()).isNotZero();
        assertThat(lease.isAlive()).isTrue();
        commit(
                new Operation.Put(key("leased"), value("1"), lease.id()),
                new Operation.Put(key("freed"), value("1"), lease.id()));
        assertThat(get("leased").leased()).isTrue();
        put("freed", "2");
        assertThat(get("freed").leased()).isFalse();
        lease.close();
        assertThat(lease.isAlive()).isFalse();
        assertThat(keysNow()).containsExactly(key("freed"));
    }

    @Test
    void a_lease_outlives_its_time_to_live_while_it_is_held() {
        try (Lease lease = store().grantLease(TIME_TO_LIVE)) {
            commit(new Operation.Put(key("held"), value("1"), lease.id()));
            await().during(TIME_TO_LIVE.multipliedBy(2))
                    .atMost(Duration.ofSeconds(30))
                    .until(lease::isAlive);
            assertThat(keysNow()).containsExactly(key("held"));
        }
    }

    @Test
    void a_lease_expires_when_its_holder_dies() {
        KeyStore holder = open();
        Lease lease = holder.grantLease(TIME_TO_LIVE);
        commit(new Operation.Put(key("held"), value("1"), lease.id()));
        die(holder, lease);
        await().atMost(Duration.ofSeconds(30)).until(() -> keysNow().isEmpty());
        await().atMost(Duration.ofSeconds(30)).until(() -> !lease.isAlive());
    }

    private void increment(String counter) {
        CommitResult result;
        do {
            KeyValue before = get(counter);
            Bytes next = value(Integer.toString(Integer.parseInt(before.value().utf8()) + 1));
            result = store().commit(new Transaction(
                    List.of(Guard.unchanged(key(counter), before.modRevision())),
                    List.of(Operation.put(key(counter), next))));
        } while (!(result instanceof Committed));
    }
}
