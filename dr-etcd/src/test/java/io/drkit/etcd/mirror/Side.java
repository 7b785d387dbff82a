package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** One of the two sites: a real etcd, and a connection of the test's own, for what others than the mirror do there. */
record Side(EtcdServer server, EtcdKeyStore store) implements AutoCloseable {

    static final MirrorScope SCOPE = MirrorScope.all();

    static Side start(EtcdServerBuilder server) {
        EtcdServer started = server.start();
        return new Side(
                started,
                EtcdKeyStore.connect(EtcdConnection.to(started.endpoints()).build()));
    }

    /** The name of one of the keys that {@link #load} makes. */
    static String key(int i) {
        return String.format("/registry/key/%05d", i);
    }

    /** Puts so many keys. */
    void load(int keys) {
        Operation[] some = new Operation[100];
        for (int from = 0; from < keys; from += some.length) {
            int count = Math.min(some.length, keys - from);
            for (int i = 0; i < count; i++) {
                some[i] = putting(key(from + i), "v" + (from + i));
            }
            commit(Arrays.copyOf(some, count));
        }
    }

    static Operation putting(String key, String value) {
        return Operation.put(Bytes.utf8(key), Bytes.utf8(value));
    }

    /** @return the revision */
    long put(String key, String value) {
        return commit(putting(key, value));
    }

    long delete(String key) {
        return commit(Operation.delete(Bytes.utf8(key)));
    }

    long putLeased(String key, String value, Lease lease) {
        return commit(new Operation.Put(Bytes.utf8(key), Bytes.utf8(value), lease.id()));
    }

    long commit(Operation... operations) {
        CommitResult result = store.commit(new Transaction(List.of(), List.of(operations)));
        assertThat(result).isInstanceOf(CommitResult.Committed.class);
        return ((CommitResult.Committed) result).revision();
    }

    long revision() {
        return store.status().revision();
    }

    /** Compacts all that can be compacted. */
    void compact() {
        store.compact(revision());
    }

    /** What the scope holds, byte for byte as Latin-1 text. */
    SortedMap<String, String> content() {
        SortedMap<String, String> content = new TreeMap<>();
        Scan scan = new Scan(store, RangeRequest.of(SCOPE.range(), 0, 1_000));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            if (SCOPE.holds(entry)) {
                content.put(text(entry.key()), text(entry.value()));
            }
        }
        return content;
    }

    /** The values in quarantine. */
    List<String> setAside() {
        SortedMap<String, String> kept = new TreeMap<>();
        Scan scan = new Scan(store, RangeRequest.of(DrKitKeys.QUARANTINE_RANGE, 0, 1_000));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            if (entry.key().utf8().contains("/keys/")) {
                kept.put(text(entry.key()), text(entry.value()));
            }
        }
        return List.copyOf(kept.values());
    }

    /** The newest revision that wrote a key which the scope holds; deletions show in {@link #content} only. */
    long newestWrite() {
        long newest = 0;
        Scan scan = new Scan(store, RangeRequest.of(SCOPE.range(), 0, 1_000).onlyKeys());
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            newest = Math.max(newest, entry.modRevision());
        }
        return newest;
    }

    boolean isLocked() {
        return store.count(new KeyRange(DrKitKeys.LOCK, DrKitKeys.LOCK.successor())) > 0;
    }

    static String text(Bytes bytes) {
        return new String(bytes.unsafeArray(), StandardCharsets.ISO_8859_1);
    }

    /** Makes it a site that was never used: no key, no identity, no role. Its revision goes on. */
    void wipe() {
        server.etcdctl("del", "", "--from-key=true");
    }

    @Override
    public void close() {
        store.close();
        server.close();
    }
}
