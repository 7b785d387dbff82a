package io.drkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every store's watches must do; a part of {@link KeyStoreContract}. */
@Timeout(120)
public abstract class WatchContract extends KeyStoreFixture {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void delivers_past_and_coming_changes_in_order() throws InterruptedException {
        long first = put("a", "1");
        put("b", "2");
        delete("a");
        try (Watch watch = store().watch(mine, first)) {
            assertThat(describe(events(watch, 3))).containsExactly("PUT a=1", "PUT b=2", "DELETE a=");
            put("c", "");
            put("b", "3");
            assertThat(describe(events(watch, 2))).containsExactly("PUT c=", "PUT b=3");
        }
    }

    @Test
    void tells_of_each_change_what_a_read_would() throws InterruptedException {
        long created = put("a", "1");
        long changed = put("a", "2");
        long deleted = delete("a");
        try (Watch watch = store().watch(mine, created)) {
            List<WatchEvent> events = events(watch, 3);
            assertThat(events.get(1).entry().createRevision()).isEqualTo(created);
            assertThat(events.get(1).revision()).isEqualTo(changed);
            assertThat(events.get(1).entry().version()).isEqualTo(2);
            assertThat(events.get(2)).isEqualTo(WatchEvent.delete(key("a"), deleted));
        }
    }

    @Test
    void starts_in_the_future() throws InterruptedException {
        long now = put("a", "now");
        try (Watch watch = store().watch(mine, now + 2)) {
            put("a", "too early");
            put("a", "in time");
            assertThat(describe(events(watch, 1))).containsExactly("PUT a=in time");
        }
    }

    @Test
    void never_interleaves_revisions_however_large() throws InterruptedException {
        long first = put("start", "");
        int revisions = 60;
        for (int i = 0; i < revisions; i++) {
            List<Operation> operations = new ArrayList<>();
            for (int j = 0; j < KeyStore.MAX_OPERATIONS; j++) {
                operations.add(Operation.put(key("k" + j), value(i + "." + j + "x".repeat(200))));
            }
            commit(operations);
        }
        try (Watch watch = store().watch(mine, first + 1)) {
            List<WatchEvent> events = new ArrayList<>();
            boolean continued = false;
            while (events.size() < revisions * KeyStore.MAX_OPERATIONS) {
                WatchSignal signal = watch.next(LONG);
                if (signal instanceof WatchSignal.Events batch) {
                    if (!events.isEmpty() && !continued) {
                        assertThat(batch.events().get(0).revision())
                                .isGreaterThan(events.get(events.size() - 1).revision());
                    }
                    events.addAll(batch.events());
                    continued = batch.continued();
                } else {
                    assertThat(signal).isNotInstanceOf(WatchSignal.Idle.class);
                }
            }
            assertThat(events).isSortedAccordingTo((a, b) -> Long.compare(a.revision(), b.revision()));
            assertThat(events.stream()
                            .map(event -> event.revision() + event.key().utf8()))
                    .doesNotHaveDuplicates()
                    .hasSize(revisions * KeyStore.MAX_OPERATIONS);
        }
    }

    @Test
    void holds_back_what_a_slow_reader_does_not_pull() throws InterruptedException {
        long first = put("start", "");
        try (Watch watch = store().watch(mine, first)) {
            events(watch, 1);
            String large = "x".repeat(100_000);
            for (int i = 0; i < 200; i++) {
                put("k" + i, large);
            }
            List<WatchEvent> events = events(watch, 200);
            assertThat(events).extracting(WatchEvent::revision).isSorted().doesNotHaveDuplicates();
            assertThat(events.get(199).key()).isEqualTo(key("k199"));
        }
    }

    @Test
    void tells_nothing_of_other_ranges() throws InterruptedException {
        long first = put("a", "");
        try (Watch watch = store().watch(KeyRange.prefix(key("b")), first)) {
            put("c", "");
            put("b", "mine");
            put("bb", "mine too");
            assertThat(describe(events(watch, 2))).containsExactly("PUT b=mine", "PUT bb=mine too");
        }
    }

    @Test
    void delivers_binary_keys_and_values() throws InterruptedException {
        Bytes key = key(0x00, 0xff, 0x80);
        Bytes value = Bytes.copyOf((byte) 0xfe, (byte) 0, (byte) '\n');
        long revision = put(key, value);
        try (Watch watch = store().watch(mine, revision)) {
            WatchEvent event = events(watch, 1).get(0);
            assertThat(event.key()).isEqualTo(key);
            assertThat(event.entry().value()).isEqualTo(value);
        }
    }

    @Test
    void says_when_its_start_was_compacted_away_and_is_over() throws InterruptedException {
        long first = put("a", "1");
        put("a", "2");
        long last = put("a", "3");
        store().compact(last);
        try (Watch watch = store().watch(mine, first)) {
            assertThatThrownBy(() -> untilSignal(watch))
                    .isInstanceOfSatisfying(
                            CompactedException.class,
                            e -> assertThat(e.compactRevision()).isIn(0L, last));
            assertThatThrownBy(() -> untilSignal(watch)).isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void never_swallows_a_deletion_at_the_compacted_revision() throws InterruptedException {
        put("a", "1");
        long deleted = delete("a");
        put("b", "1");
        store().compact(deleted);
        try (Watch watch = store().watch(mine, deleted)) {
            assertThat(describe(events(watch, 2))).containsExactly("DELETE a=", "PUT b=1");
        } catch (CompactedException e) {
            assertThat(e).as("saying so is right as well").isNotNull();
        }
    }

    @Test
    void goes_on_when_what_it_has_delivered_is_compacted() throws InterruptedException {
        long first = put("a", "1");
        try (Watch watch = store().watch(mine, first)) {
            events(watch, 1);
            store().compact(put("a", "2"));
            assertThat(describe(events(watch, 1))).containsExactly("PUT a=2");
        }
    }

    @Test
    void is_idle_when_nothing_comes() throws InterruptedException {
        try (Watch watch = store().watch(mine, put("a", "") + 1)) {
            assertThat(watch.next(Duration.ofMillis(50))).isInstanceOf(WatchSignal.Idle.class);
            put("a", "after all");
            assertThat(describe(events(watch, 1))).containsExactly("PUT a=after all");
        }
    }

    @Test
    void answers_a_request_for_progress_without_claiming_too_much() throws InterruptedException {
        long first = put("k0", "");
        for (int i = 1; i < 20; i++) {
            put("k" + i, "");
        }
        long last = put("elsewhere", "");
        try (Watch watch = store().watch(KeyRange.prefix(key("k")), first)) {
            int seen = 0;
            while (true) {
                watch.requestProgress();
                WatchSignal signal = watch.next(Duration.ofSeconds(1));
                if (signal instanceof WatchSignal.Events events) {
                    seen += events.events().size();
                } else if (signal instanceof WatchSignal.Progress progress && progress.revision() >= last) {
                    assertThat(seen).isEqualTo(20);
                    return;
                } else if (signal instanceof WatchSignal.Alive && seen == 20) {
                    return;
                }
            }
        }
    }

    @Test
    void ends_when_it_is_closed_by_another_thread() throws InterruptedException {
        Watch watch = store().watch(mine, put("a", "") + 1);
        CompletableFuture<WatchSignal> next = nextInBackground(watch);
        watch.close();
        watch.close();
        assertEnds(next);
    }

    @Test
    void ends_when_the_store_is_closed() throws InterruptedException {
        Watch watch = store().watch(mine, put("a", "") + 1);
        CompletableFuture<WatchSignal> next = nextInBackground(watch);
        store().close();
        store().close();
        assertEnds(next);
    }

    @Test
    void ends_early_when_its_thread_is_interrupted() throws InterruptedException {
        try (Watch watch = store().watch(mine, put("a", "") + 1)) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread reader = new Thread(() -> {
                try {
                    untilSignal(watch);
                    interrupted.complete(false);
                } catch (InterruptedException e) {
                    interrupted.complete(true);
                } catch (RuntimeException e) {
                    interrupted.completeExceptionally(e);
                }
            });
            reader.start();
            reader.interrupt();
            assertThat(interrupted).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(true);
        }
    }

    @Test
    void tells_that_a_key_is_leased_and_that_it_vanished() throws InterruptedException {
        long before = put("a", "");
        Lease lease = store().grantLease(Duration.ofSeconds(30));
        commit(new Operation.Put(key("a"), value("leased"), lease.id()));
        lease.close();
        try (Watch watch = store().watch(mine, before)) {
            List<WatchEvent> events = events(watch, 3);
            assertThat(events).extracting(event -> event.entry().leased()).containsExactly(false, true, false);
            assertThat(describe(events)).containsExactly("PUT a=", "PUT a=leased", "DELETE a=");
        }
    }

    private CompletableFuture<WatchSignal> nextInBackground(Watch watch) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return untilSignal(watch);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void assertEnds(CompletableFuture<WatchSignal> next) {
        assertThatThrownBy(() -> next.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SiteUnreachableException.class);
    }

    private static WatchSignal untilSignal(Watch watch) throws InterruptedException {
        while (true) {
            WatchSignal signal = watch.next(LONG);
            if (!(signal instanceof WatchSignal.Alive) && !(signal instanceof WatchSignal.Progress)) {
                return signal;
            }
        }
    }

    /** Exactly this many events, from as many signals as it takes. */
    private static List<WatchEvent> events(Watch watch, int count) throws InterruptedException {
        List<WatchEvent> events = new ArrayList<>();
        while (events.size() < count) {
            WatchSignal signal = untilSignal(watch);
            assertThat(signal).as("after %d of %d events", events.size(), count).isInstanceOf(WatchSignal.Events.class);
            events.addAll(((WatchSignal.Events) signal).events());
        }
        assertThat(events).hasSize(count);
        return events;
    }

    private List<String> describe(List<WatchEvent> events) {
        int prefix = mine.start().size();
        return events.stream()
                .map(event -> event.type() + " " + event.key().dropFirst(prefix).utf8() + "="
                        + event.entry().value().utf8())
                .toList();
    }
}
