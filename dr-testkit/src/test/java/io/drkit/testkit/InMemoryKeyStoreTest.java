package io.drkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The store in memory keeps the contract, and does what tests ask of it besides. */
class InMemoryKeyStoreTest extends KeyStoreContract {

    private final ManualClock clock = new ManualClock();
    private final InMemoryKeyStore server =
            new InMemoryKeyStore("server").requestLimit(2 << 20).watchBatch(100);
    private final InMemoryKeyStore timed = new InMemoryKeyStore("timed", clock);

    @Override
    protected KeyStore open() {
        return server;
    }

    @Override
    protected void die(KeyStore holder, Lease lease) {
        server.abandonLeases();
    }

    @Test
    void leases_expire_by_the_clock_once_their_holder_is_gone() {
        Lease lease = timed.grantLease(Duration.ofSeconds(10));
        timed.write(List.of(new Operation.Put(Bytes.utf8("lock"), Bytes.EMPTY, lease.id())));
        timed.putLeased("event", "", Duration.ofSeconds(5));
        clock.advance(Duration.ofSeconds(6));
        assertThat(timed.content(KeyRange.ALL)).containsOnlyKeys(Bytes.utf8("lock"));
        timed.abandonLeases();
        clock.advance(Duration.ofSeconds(9));
        assertThat(lease.isAlive()).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(lease.isAlive()).isFalse();
        assertThat(timed.content(KeyRange.ALL)).isEmpty();
    }

    @Test
    void a_client_that_is_cut_off_loses_its_watches_and_its_leases() throws InterruptedException {
        Lease lease = timed.grantLease(Duration.ofSeconds(10));
        Watch watch = timed.watch(KeyRange.ALL, 1);
        timed.setUnreachable(true);
        assertThatThrownBy(timed::status).isInstanceOf(SiteUnreachableException.class);
        assertThatThrownBy(() -> watch.next(Duration.ZERO)).isInstanceOf(SiteUnreachableException.class);
        clock.advance(Duration.ofSeconds(10));
        timed.setUnreachable(false);
        assertThat(lease.isAlive()).isFalse();
        assertThatThrownBy(() -> watch.next(Duration.ZERO)).isInstanceOf(SiteUnreachableException.class);
        assertThat(timed.status().revision()).isEqualTo(1);
    }

    @Test
    void a_snapshot_is_a_store_of_its_own_with_the_same_history() {
        long first = timed.put("a", "1");
        timed.put("a", "2");
        timed.delete("a");
        InMemoryKeyStore restored = timed.snapshot();
        assertThat(restored.revision()).isEqualTo(timed.revision());
        assertThat(restored.contentAt(KeyRange.ALL, first)).containsOnlyKeys(Bytes.utf8("a"));
        assertThat(restored.status().clusterId()).isEqualTo(timed.status().clusterId());
        restored.put("a", "3");
        assertThat(timed.content(KeyRange.ALL)).isEmpty();
        restored.bumpRevision(1_000);
        assertThat(restored.content(KeyRange.ALL)).containsOnlyKeys(Bytes.utf8("a"));
        assertThat(restored.put("b", "")).isEqualTo(timed.revision() + 1_002);
        assertThatThrownBy(() -> restored.contentAt(KeyRange.ALL, first)).isInstanceOf(CompactedException.class);
    }

    @Test
    void a_used_up_quota_takes_deletions_only_until_there_is_space() {
        Transaction put = new Transaction(List.of(), List.of(Operation.put(Bytes.utf8("b"), Bytes.utf8("123456"))));
        timed.put("a", "1234");
        timed.spaceQuota(10);
        assertThat(timed.commit(put)).isInstanceOf(CommitResult.OutOfSpace.class);
        assertThat(timed.status().outOfSpace()).isTrue();
        assertThat(timed.commit(new Transaction(List.of(), List.of(Operation.delete(Bytes.utf8("a"))))))
                .isInstanceOf(CommitResult.Committed.class);
        assertThat(timed.commit(put)).isInstanceOf(CommitResult.OutOfSpace.class);
        timed.spaceQuota(1_000);
        assertThat(timed.commit(put)).isInstanceOf(CommitResult.Committed.class);
    }

    @Test
    void deletes_a_prefix_in_one_revision_and_splits_it_for_a_watch() throws InterruptedException {
        for (int i = 0; i < 250; i++) {
            timed.put("k" + i, "");
        }
        timed.watchBatch(100);
        long deleted = timed.deletePrefix("k");
        Watch watch = timed.watch(KeyRange.ALL, deleted);
        int[] sizes = new int[3];
        for (int i = 0; i < sizes.length; i++) {
            WatchSignal.Events events = (WatchSignal.Events) watch.next(Duration.ZERO);
            sizes[i] = events.events().size();
            assertThat(events.continued()).isEqualTo(i < 2);
        }
        assertThat(sizes).containsExactly(100, 100, 50);
    }

    @Test
    void says_only_that_it_is_alive_where_progress_cannot_be_trusted() throws InterruptedException {
        timed.untrustedProgress();
        Watch watch = timed.watch(KeyRange.ALL, 2);
        watch.requestProgress();
        assertThat(watch.next(Duration.ZERO)).isInstanceOf(WatchSignal.Alive.class);
        assertThat(watch.next(Duration.ZERO)).isInstanceOf(WatchSignal.Idle.class);
    }

    @Test
    void faults_come_before_or_after_the_call_and_transactions_twice() {
        RuntimeException lost = new SiteUnreachableException("lost");
        FaultyKeyStore faulty = new FaultyKeyStore(timed, (moment, call) -> {
            if (call.equals("commit") && moment == FaultyKeyStore.Moment.AFTER) {
                throw lost;
            }
        });
        Transaction put = new Transaction(List.of(), List.of(Operation.put(Bytes.utf8("a"), Bytes.EMPTY)));
        assertThatThrownBy(() -> faulty.commit(put)).isSameAs(lost);
        assertThat(timed.revision()).isEqualTo(2);
        assertThat(faulty.replayLast()).isEqualTo(new CommitResult.Committed(3));
        faulty.hook((moment, call) -> {
            throw lost;
        });
        assertThatThrownBy(() -> faulty.commit(put)).isSameAs(lost);
        assertThat(timed.revision()).isEqualTo(3);
    }
}
