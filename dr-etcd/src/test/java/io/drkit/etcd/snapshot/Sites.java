package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.snapshot.SnapshotSaver;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.kube.Recorded;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What tests of snapshots do with sites. */
final class Sites {

    private Sites() {}

    static Stream<EtcdBinary> versions() {
        return Stream.concat(Stream.of(EtcdBinary.installed()), EtcdBinary.v35().stream());
    }

    static EtcdKeyStore store(EtcdServer server) {
        return EtcdKeyStore.connect(EtcdConnection.to(server.endpoints()).build());
    }

    static SnapshotSaver saver(EtcdKeyStore store) {
        return new SnapshotSaver(store.snapshots(), store, new EtcdSnapshotReader(), Clock.systemUTC());
    }

    /** The keys of a real API server. */
    static void load(KeyStore store) {
        fill(
                store,
                Recorded.primary().stream()
                        .map(entry -> Operation.put(entry.key(), entry.value()))
                        .toList());
    }

    /** Keys under {@code /registry/many/}. */
    static void fill(KeyStore store, int keys, int bytes) {
        fill(
                store,
                IntStream.range(0, keys)
                        .mapToObj(i -> Operation.put(Bytes.utf8("/registry/many/" + i), Bytes.utf8("x".repeat(bytes))))
                        .toList());
    }

    private static void fill(KeyStore store, List<Operation> puts) {
        for (int i = 0; i < puts.size(); i += 50) {
            commit(store, puts.subList(i, Math.min(i + 50, puts.size())));
        }
    }

    static long put(KeyStore store, String key, String value) {
        return put(store, Bytes.utf8(key), Bytes.utf8(value));
    }

    static long put(KeyStore store, Bytes key, Bytes value) {
        return commit(store, List.of(Operation.put(key, value)));
    }

    static long delete(KeyStore store, String key) {
        return commit(store, List.of(Operation.delete(Bytes.utf8(key))));
    }

    private static long commit(KeyStore store, List<Operation> operations) {
        CommitResult result = store.commit(new Transaction(List.of(), operations));
        assertThat(result).isInstanceOf(CommitResult.Committed.class);
        return ((CommitResult.Committed) result).revision();
    }

    /** All that a store holds at a revision: 0 is the newest. */
    static Map<Bytes, KeyValue> content(KeyStore store, long revision) {
        Map<Bytes, KeyValue> content = new TreeMap<>();
        Scan scan = new Scan(store, RangeRequest.of(KeyRange.ALL, revision, 1_000));
        for (KeyValue next = scan.next(); next != null; next = scan.next()) {
            content.put(next.key(), next);
        }
        return content;
    }
}
