package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotSaver;
import io.drkit.snapshot.SnapshotSource.Progress;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import io.drkit.testkit.kube.Recorded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A site's real etcd, and what happens there. */
record TestSite(EtcdServer server, EtcdKeyStore store) implements AutoCloseable {

    static final String PASSWORD = "of-root";

    static TestSite start(EtcdServerBuilder builder) {
        EtcdServer server = builder.start();
        return new TestSite(server, connect(server, false));
    }

    /** Of a server with users. */
    static TestSite startWithUsers(EtcdServerBuilder builder) {
        EtcdServer server = builder.auth(PASSWORD).start();
        return new TestSite(server, connect(server, true));
    }

    private static EtcdKeyStore connect(EtcdServer server, boolean users) {
        // Far more than it should take, for a machine that has much else to do.
        EtcdConnection.Builder connection = EtcdConnection.to(server.endpoints())
                .connectTimeout(Duration.ofMinutes(1))
                .deadline(Duration.ofMinutes(1));
        return EtcdKeyStore.connect((users ? connection.user("root", PASSWORD::toCharArray) : connection).build());
    }

    /** A saved snapshot. */
    record Saved(SnapshotFolder folder, Snapshot manifest) {

        Path file() {
            return folder.file(manifest);
        }
    }

    Saved save(Path folder) {
        try {
            SnapshotFolder target = new SnapshotFolder(folder);
            SnapshotSaver saver =
                    new SnapshotSaver(store.snapshots(), store, new EtcdSnapshotReader(), Clock.systemUTC());
            return new Saved(target, saver.save(target, Progress.NONE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long put(String key, String value) {
        return commit(Operation.put(Bytes.utf8(key), Bytes.utf8(value)));
    }

    long putLeased(String key, String value, Lease lease) {
        return commit(new Operation.Put(Bytes.utf8(key), Bytes.utf8(value), lease.id()));
    }

    long delete(String key) {
        return commit(Operation.delete(Bytes.utf8(key)));
    }

    long commit(Operation... operations) {
        CommitResult result = store.commit(new Transaction(List.of(), List.of(operations)));
        assertThat(result).isInstanceOf(CommitResult.Committed.class);
        return ((CommitResult.Committed) result).revision();
    }

    /** What a real kube-apiserver stored, some of it bound to a lease. */
    void loadRecorded() {
        Lease lease = store.grantLease(Duration.ofHours(1));
        List<Operation> some = new ArrayList<>();
        for (Recorded.Entry each : Recorded.primary()) {
            some.add(new Operation.Put(each.key(), each.value(), each.leased() ? lease.id() : 0));
            if (some.size() == 20) {
                commit(some.toArray(Operation[]::new));
                some.clear();
            }
        }
        commit(some.toArray(Operation[]::new));
    }

    /** Gives it an identity and makes it the primary of an epoch. */
    String becomePrimary(long epoch) {
        String id = Site.at(store).identify();
        assertThat(Site.at(store).assume(new SiteRole(Role.PRIMARY, epoch)))
                .isEqualTo(new SiteRole(Role.PRIMARY, epoch));
        return id;
    }

    /** Everything that is mirrored by a scope that wants all. */
    SortedMap<String, Bytes> registry() {
        SortedMap<String, Bytes> content = new TreeMap<>();
        Scan scan = new Scan(store, RangeRequest.of(KeyRange.prefix("/registry/"), 0, 1_000));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            if (!entry.leased()) {
                content.put(entry.key().printable(), entry.value());
            }
        }
        return content;
    }

    /** The names of all keys that are not the platform's. */
    List<String> others() {
        List<String> names = new ArrayList<>();
        Scan scan = new Scan(store, RangeRequest.of(KeyRange.ALL, 0, 1_000).onlyKeys());
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            if (!entry.key().startsWith(Bytes.utf8("/registry/"))) {
                names.add(entry.key().printable());
            }
        }
        return names;
    }

    /** Makes it a site that was never used. Its revision goes on. */
    void wipe() {
        server.etcdctl("del", "", "--from-key=true");
    }

    @Override
    public void close() {
        store.close();
        server.close();
    }
}
