package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.OutcomeUnknownException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.Transaction;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Hook;
import io.drkit.testkit.FaultyKeyStore.Moment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a copy has under way at once, when it comes to harm: it stays known whose it is, and what is late is too late. */
class WindowTest extends MirrorFixture {

    @Test
    void holds_fewer_transactions_than_a_page_needs() throws Exception {
        for (int i = 0; i < 250; i++) {
            primary.put(key(i), "v" + i);
        }
        once(oneKeyEach());
        assertEqual();
        assertOracle();
    }

    @Test
    void what_two_killed_runs_left_amid_theirs_is_no_strangers() throws Exception {
        killedAfter(20);
        killedAfter(5);
        for (int i = 0; i < 20; i++) {
            primary.delete(key(i));
        }
        try (MirrorSession session = start(oneKeyEach())) {
            caughtUp(session);
            assertThat(session.status().strangers()).isZero();
        }
        assertEqual();
        assertThat(setAside()).isEmpty();
    }

    @Test
    void what_is_late_is_refused_as_soon_as_the_next_run_has_the_lock() throws Exception {
        List<Transaction> late = new ArrayList<>();
        List<CommitResult> results = new ArrayList<>();
        FaultyKeyStore[] to = new FaultyKeyStore[1];
        to[0] = new FaultyKeyStore(standby, (moment, call) -> {
            if (call.equals("commit") && moment == Moment.BEFORE && late.isEmpty() && isOfWindow(to[0].last())) {
                late.add(to[0].last());
                throw new OutcomeUnknownException("no answer", null);
            }
            boolean locked = call.equals("commit") && moment == Moment.AFTER && writesLock(to[0].last());
            if (locked && !late.isEmpty() && results.isEmpty()) {
                results.add(standby.commit(late.get(0)));
            }
        });
        try (MirrorSession session =
                new DefaultKeyMirror(primary, to[0], oneKeyEach().build()).start(SCOPE)) {
            caughtUp(session);
        }
        assertThat(results).singleElement().isInstanceOf(CommitResult.GuardFailed.class);
        assertEqual();
    }

    private static MirrorOptions.Builder oneKeyEach() {
        return MirrorOptions.builder().maxTransactionBytes(1);
    }

    private void killedAfter(int transactions) throws InterruptedException {
        int[] seen = {0};
        FaultyKeyStore[] to = new FaultyKeyStore[1];
        Hook kill = (moment, call) -> {
            if (call.equals("commit") && moment == Moment.AFTER && isOfWindow(to[0].last())) {
                seen[0]++;
            }
            if (seen[0] >= transactions) {
                throw new Killed();
            }
        };
        to[0] = new FaultyKeyStore(standby, kill);
        dies(new DefaultKeyMirror(primary, to[0], oneKeyEach().build()).start(SCOPE));
    }

    private static boolean isOfWindow(Transaction transaction) {
        return transaction.operations().stream()
                .anyMatch(operation -> DrKitKeys.window("default").contains(operation.key()));
    }

    private static boolean writesLock(Transaction transaction) {
        return transaction.operations().stream()
                .anyMatch(operation -> operation.key().equals(DrKitKeys.LOCK));
    }
}
