package io.drkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EtcdKeyStoreFaultsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Transaction PUT =
            new Transaction(List.of(), List.of(Operation.put(Bytes.utf8("a"), Bytes.utf8("1"))));

    @Test
    void an_outcome_is_unknown_when_the_server_freezes_and_calls_work_again_when_it_thaws() {
        try (EtcdServer etcd = EtcdServer.builder().start();
                EtcdKeyStore store = connect(etcd)) {
            etcd.freeze();
            long start = System.nanoTime();
            assertThatThrownBy(() -> store.commit(PUT)).isInstanceOf(OutcomeUnknownException.class);
            assertThatThrownBy(() -> store.count(KeyRange.ALL))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("did not answer within the deadline");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
            etcd.thaw();
            // The write that went unanswered may have been done or not.
            await().atMost(LONG)
                    .ignoreException(SiteUnreachableException.class)
                    .until(() -> store.count(KeyRange.ALL) <= 1);
            assertThat(store.commit(PUT)).isInstanceOf(CommitResult.Committed.class);
        }
    }

    @Test
    void nothing_was_sent_to_a_server_that_is_down_and_it_is_found_again() {
        try (EtcdServer etcd = EtcdServer.builder().start();
                EtcdKeyStore store = connect(etcd)) {
            etcd.kill();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThatThrownBy(() -> store.commit(PUT))
                            .isInstanceOf(SiteUnreachableException.class)
                            .hasMessageContaining("connection refused"));
            etcd.start();
            await().atMost(LONG)
                    .ignoreException(SiteUnreachableException.class)
                    .until(() -> store.commit(PUT) instanceof CommitResult.Committed);
        }
    }

    @Test
    void a_cut_link_is_not_taken_for_a_tls_port_and_calls_work_again_when_it_heals() {
        try (EtcdServer etcd = EtcdServer.builder().start();
                SeveredLink link = SeveredLink.to("127.0.0.1", etcd.port(0));
                EtcdKeyStore store = connect("http://127.0.0.1:" + link.port())) {
            link.cut();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThatThrownBy(() -> store.commit(PUT))
                            .isInstanceOf(SiteUnreachableException.class)
                            .hasMessageContaining("ends each connection at once"));
            link.heal();
            await().atMost(LONG)
                    .ignoreException(SiteUnreachableException.class)
                    .until(() -> store.commit(PUT) instanceof CommitResult.Committed);
        }
    }

    @Test
    void a_call_ends_when_its_thread_is_interrupted() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.builder().start();
                EtcdKeyStore store = EtcdKeyStore.connect(EtcdConnection.to(etcd.endpoints())
                        .deadline(Duration.ofMinutes(5))
                        .build())) {
            etcd.freeze();
            List<Runnable> calls = List.of(() -> store.commit(PUT), () -> store.count(KeyRange.ALL));
            List<Class<? extends RuntimeException>> outcomes =
                    List.of(OutcomeUnknownException.class, SiteUnreachableException.class);
            for (int i = 0; i < calls.size(); i++) {
                Runnable call = calls.get(i);
                CompletableFuture<Throwable> thrown = new CompletableFuture<>();
                Thread thread = new Thread(() -> {
                    try {
                        call.run();
                    } catch (RuntimeException e) {
                        thrown.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("flag lost"));
                    }
                });
                thread.start();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> thread.getState() == Thread.State.WAITING
                                || thread.getState() == Thread.State.TIMED_WAITING);
                thread.interrupt();
                assertThat(thrown).succeedsWithin(Duration.ofSeconds(30)).isInstanceOf(outcomes.get(i));
                thread.join();
            }
            etcd.thaw();
        }
    }

    @Test
    void goes_on_when_one_of_three_members_is_killed_and_its_watch_says_so() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.builder().members(3).start();
                EtcdKeyStore store = connect(etcd);
                Watch watch = store.watch(KeyRange.ALL, 1)) {
            awaitCommitted(store);
            assertThat(watch.next(LONG)).isInstanceOf(WatchSignal.Events.class);
            // The watch is with the member that was first to come up, most often the first one.
            assertThatThrownBy(() -> {
                        for (int member = 0; member < 3; member++) {
                            etcd.kill(member);
                            watch.next(Duration.ofSeconds(3));
                            etcd.start(member);
                        }
                    })
                    .isInstanceOf(SiteUnreachableException.class);
            awaitCommitted(store);
            assertThat(store.status().revision()).isGreaterThanOrEqualTo(3);
            try (Watch again = store.watch(KeyRange.ALL, 2)) {
                assertThat(again.next(LONG)).isInstanceOf(WatchSignal.Events.class);
            }
        }
    }

    /** Three members on two cores may take their time. */
    private static void awaitCommitted(EtcdKeyStore store) {
        await().atMost(LONG)
                .ignoreExceptionsInstanceOf(DrException.class)
                .until(() -> store.commit(PUT) instanceof CommitResult.Committed);
    }

    @Test
    void connects_when_only_one_of_several_endpoints_works() {
        try (EtcdServer etcd = EtcdServer.builder().start();
                EtcdKeyStore store = EtcdKeyStore.connect(
                        EtcdConnection.to("http://127.0.0.1:1", "http://no-such-host.invalid", etcd.endpoint(0))
                                .build())) {
            assertThat(store.commit(PUT)).isInstanceOf(CommitResult.Committed.class);
            assertThat(store.status().version()).startsWith("3.");
        }
    }

    @Test
    void watches_ten_thousand_operations_in_one_transaction() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.builder()
                        .flags("--max-txn-ops=20000", "--max-request-bytes=20000000")
                        .start();
                EtcdKeyStore store = connect(etcd);
                Watch watch = store.watch(KeyRange.ALL, 2)) {
            Bytes value = Bytes.wrap(new byte[900]);
            List<Operation> operations = IntStream.range(0, 10_000)
                    .mapToObj(i -> Operation.put(Bytes.utf8("k%05d".formatted(i)), value))
                    .toList();
            assertThat(store.commit(new Transaction(List.of(), operations))).isEqualTo(new CommitResult.Committed(2));
            List<Bytes> seen = new ArrayList<>();
            boolean more = true;
            while (more) {
                WatchSignal.Events events = (WatchSignal.Events) watch.next(LONG);
                assertThat(events.events()).allMatch(event -> event.revision() == 2);
                events.events().forEach(event -> seen.add(event.key()));
                more = events.continued();
            }
            assertThat(seen).isEqualTo(operations.stream().map(Operation::key).toList());
        }
    }

    @Test
    void a_backlog_too_large_for_one_message_is_watched_in_fragments() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.builder().start();
                EtcdKeyStore store = connect(etcd)) {
            Bytes large = Bytes.wrap(new byte[1_000_000]);
            int count = 30;
            for (int i = 0; i < count; i++) {
                store.commit(new Transaction(List.of(), List.of(Operation.put(Bytes.utf8("k" + i), large))));
            }
            try (Watch watch = store.watch(KeyRange.ALL, 2)) {
                assertThatThrownBy(() -> watch.next(LONG)).hasMessageContaining("fragments");
            }
            long seen = 0;
            try (Watch watch = store.watch(KeyRange.ALL, 2)) {
                while (seen < count) {
                    seen += ((WatchSignal.Events) watch.next(LONG)).events().size();
                }
            }
            assertThat(seen).isEqualTo(count);
        }
    }

    @Test
    void pages_of_large_values_stay_within_bounds() {
        try (EtcdServer etcd = EtcdServer.builder().start();
                EtcdKeyStore store = connect(etcd)) {
            Bytes large = Bytes.wrap(new byte[1_400_000]);
            int count = 70; // More than the largest answer taken.
            for (int i = 0; i < count; i++) {
                store.commit(new Transaction(
                        List.of(), List.of(Operation.put(Bytes.utf8("k%02d".formatted(i)), large))));
            }
            List<Bytes> keys = new ArrayList<>();
            KeyRange rest = KeyRange.ALL;
            boolean more = true;
            while (more) {
                var page = store.range(RangeRequest.of(rest, 0, 1_000));
                page.entries().forEach(entry -> keys.add(entry.key()));
                more = page.more();
                rest = rest.from(keys.get(keys.size() - 1).successor());
                assertThat(page.count())
                        .isEqualTo(count - keys.size() + page.entries().size());
            }
            assertThat(keys).hasSize(count).doesNotHaveDuplicates();
        }
    }

    @Test
    void a_used_up_quota_is_said() {
        try (EtcdServer etcd = EtcdServer.builder().quotaBytes(4 << 20).start();
                EtcdKeyStore store = connect(etcd)) {
            Transaction large =
                    new Transaction(List.of(), List.of(Operation.put(Bytes.utf8("a"), Bytes.wrap(new byte[1 << 20]))));
            await().atMost(LONG).until(() -> store.commit(large) instanceof CommitResult.OutOfSpace);
            await().atMost(LONG).until(() -> store.status().outOfSpace());
        }
    }

    @Test
    void leaves_no_thread_behind() {
        try (EtcdServer etcd = EtcdServer.builder().start()) {
            try (EtcdKeyStore store = connect(etcd)) {
                store.grantLease(Duration.ofSeconds(30));
                store.watch(KeyRange.ALL, 1);
                store.commit(PUT);
                assertThat(ours()).isNotEmpty();
            }
            await().atMost(LONG).untilAsserted(() -> assertThat(ours()).isEmpty());
        }
    }

    private static List<String> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("drkit-etcd") || name.startsWith("grpc-nio-worker"))
                .toList();
    }

    private static EtcdKeyStore connect(EtcdServer etcd) {
        return connect(etcd.endpoints().toArray(String[]::new));
    }

    private static EtcdKeyStore connect(String... endpoints) {
        return EtcdKeyStore.connect(
                EtcdConnection.to(endpoints).deadline(Duration.ofSeconds(2)).build());
    }
}
