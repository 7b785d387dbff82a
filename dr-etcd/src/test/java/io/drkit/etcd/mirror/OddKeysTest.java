package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorSession;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.time.Duration;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What etcd takes the mirror takes: keys and values of any bytes, transactions of any size, leases. */
class OddKeysTest extends OnRealEtcd {

    @Override
    EtcdServerBuilder primaryServer() {
        return super.primaryServer().flags("--max-txn-ops=20000", "--max-request-bytes=8388608");
    }

    @Test
    void binary_keys_and_values_empty_values_and_keys_that_begin_others() throws Exception {
        write(0);
        try (MirrorSession session = pair().mirror(Pair.options().pageSize(3))) {
            Pair.caughtUp(session);
            pair().assertEqual();
            write(1);
            primary().delete("/registry/a/b");
            Pair.caughtUp(session);
            pair().assertEqual();
            assertThat(standby().content()).containsKey("/registry/a").doesNotContainKey("/registry/a/b");
        }
    }

    private void write(int salt) {
        Random random = new Random(salt);
        for (String key : new String[] {"/registry/", "/registry/a", "/registry/a/b", "/registry/a/b/c"}) {
            primary().put(key, "value" + salt);
        }
        primary().put("/registry/empty", "");
        primary().put("/registry//", "");
        for (int i = 0; i < 300; i++) {
            byte[] tail = new byte[random.nextInt(20)];
            byte[] value = new byte[random.nextInt(50)];
            random.nextBytes(tail);
            random.nextBytes(value);
            Bytes key = Bytes.utf8("/registry/").concat(Bytes.wrap(tail));
            primary().commit(Operation.put(key, Bytes.wrap(value)));
            if (i % 5 == 0) {
                primary().commit(Operation.delete(key));
            }
        }
        for (int i = 0; i < 256; i++) {
            primary().commit(Operation.put(Bytes.utf8("/registry/").concat(Bytes.copyOf((byte) i)), Bytes.EMPTY));
        }
    }

    @Test
    void ten_thousand_operations_in_one_transaction() throws Exception {
        primary().load(100);
        Operation[] puts = new Operation[10_000];
        Operation[] deletions = new Operation[10_000];
        for (int i = 0; i < puts.length; i++) {
            puts[i] = Side.putting(Side.key(i), "all at once " + i);
            deletions[i] = Operation.delete(Bytes.utf8(Side.key(i)));
        }
        try (MirrorSession session = pair().mirror(Pair.options().maxShrink(1))) {
            Pair.caughtUp(session);
            primary().commit(puts);
            Pair.caughtUp(session);
            pair().assertEqual();
            primary().commit(deletions);
            Pair.caughtUp(session);
            assertThat(session.status().splitRevisions()).isEqualTo(2);
        }
        pair().assertEqual();
        assertThat(standby().content()).isEmpty();
    }

    @Test
    void a_transaction_larger_than_two_messages() throws Exception {
        primary().load(10);
        Operation[] puts = new Operation[700];
        for (int i = 0; i < puts.length; i++) {
            puts[i] = Side.putting(Side.key(i), i + "x".repeat(10_000));
        }
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            primary().commit(puts);
            Pair.caughtUp(session);
            pair().assertEqual();
            assertThat(session.status().splitRevisions()).isEqualTo(1);
        }
    }

    @Test
    void leased_keys_are_not_mirrored_and_their_expiry_deletes_nothing() throws Exception {
        standby().put("/registry/leased", "mine");
        primary().put("/registry/was-plain", "plain");
        Lease lease = primary().store().grantLease(Duration.ofSeconds(60));
        primary().putLeased("/registry/leased", "1", lease);
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            assertThat(standby().content()).containsEntry("/registry/leased", "mine");
            primary().putLeased("/registry/leased", "2", lease);
            primary().putLeased("/registry/other", "2", lease);
            primary().putLeased("/registry/was-plain", "2", lease);
            Pair.caughtUp(session);
            assertThat(standby().content()).containsOnlyKeys("/registry/leased");
            lease.close();
            Awaitility.await().atMost(Pair.SOON).until(() -> primary().store().count(Side.SCOPE.range()) == 0);
            primary().put("/registry/other", "plain now");
            Pair.caughtUp(session);
            assertThat(standby().content())
                    .containsOnlyKeys("/registry/leased", "/registry/other")
                    .containsEntry("/registry/leased", "mine");
        }
    }
}
