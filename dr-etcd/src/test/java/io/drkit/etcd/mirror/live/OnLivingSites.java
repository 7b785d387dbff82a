package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.kube.LivingStandby;
import io.drkit.testkit.kube.Recorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Two servers for all tests of a class, each of which finds a primary that was never used and a standby that lives. Which seed the standby lives by
 * is told when a test fails; {@code -Ddrkit.live.seed} sets it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
abstract class OnLivingSites {

    /** Far more than anything should take. */
    static final Duration SOON = Duration.ofSeconds(30);

    static final MirrorScope SCOPE = MirrorScope.platform();

    private EtcdServer primaryServer;
    private EtcdServer standbyServer;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Judge judge;
    private LivingStandby living;

    long seed() {
        return Long.getLong("drkit.live.seed", new Random().nextInt(1_000));
    }

    /** The primary's registry as its API server sees it, on the connection given. */
    KeyStore asPrimary(KeyStore store) {
        return store;
    }

    /** The standby's registry as its API server sees it, on the connection given. */
    KeyStore asStandby(KeyStore store) {
        return store;
    }

    @BeforeAll
    void startServers() {
        primaryServer = EtcdServer.builder().start();
        standbyServer = EtcdServer.builder().start();
    }

    @BeforeEach
    void enliven() {
        primaryServer.etcdctl("del", "", "--from-key=true");
        standbyServer.etcdctl("del", "", "--from-key=true");
        long seed = seed();
        KeyStore standby = standby();
        judge = new Judge(asPrimary(primary()), asStandby(standby()), SCOPE, "seed " + seed);
        opened.add(judge);
        living = new LivingStandby(asStandby(standby), seed);
        opened.add(living);
    }

    @AfterEach
    void end() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        opened.clear();
    }

    @AfterAll
    void stopServers() {
        primaryServer.close();
        standbyServer.close();
    }

    final EtcdServer primaryServer() {
        return primaryServer;
    }

    final EtcdServer standbyServer() {
        return standbyServer;
    }

    final LivingStandby living() {
        return living;
    }

    final Judge judge() {
        return judge;
    }

    /** A connection of its own, as it is stored; closed after the test. */
    final KeyStore primary() {
        return connect(primaryServer.endpoints());
    }

    final KeyStore standby() {
        return connect(standbyServer.endpoints());
    }

    final KeyStore connect(List<String> endpoints) {
        EtcdKeyStore store = EtcdKeyStore.connect(
                EtcdConnection.to(endpoints).deadline(Duration.ofSeconds(5)).build());
        opened.add(store);
        return store;
    }

    static MirrorOptions.Builder options() {
        return MirrorOptions.builder()
                .lockTimeToLive(Duration.ofSeconds(2))
                .maxBackoff(Duration.ofMillis(500))
                .checkpointInterval(Duration.ofSeconds(1));
    }

    final MirrorSession mirror() {
        return mirror(options());
    }

    final MirrorSession mirror(MirrorOptions.Builder options) {
        return mirror(options, primary(), standby());
    }

    final MirrorSession mirror(MirrorOptions.Builder options, KeyStore from, KeyStore to) {
        return new DefaultKeyMirror(asPrimary(from), asStandby(to), options.build()).start(SCOPE);
    }

    static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(SOON))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    /** Writes what was recorded of a primary, but what lives by a lease. */
    final void loadRecorded() {
        loadRecorded(key -> true);
    }

    /** Writes the cluster roles that every control plane makes for itself: both sides have them, of other uids. */
    final void loadRecordedRoles() {
        loadRecorded(key -> key.utf8().startsWith("/registry/clusterrole"));
    }

    private void loadRecorded(Predicate<Bytes> wanted) {
        List<Operation> operations = new ArrayList<>();
        for (Recorded.Entry entry : Recorded.primary()) {
            if (!entry.leased() && wanted.test(entry.key())) {
                operations.add(Operation.put(entry.key(), entry.value()));
            }
        }
        load(primary(), operations);
    }

    static void load(KeyStore store, List<Operation> operations) {
        for (int from = 0; from < operations.size(); from += KeyStore.MAX_OPERATIONS) {
            commit(store, operations.subList(from, Math.min(operations.size(), from + KeyStore.MAX_OPERATIONS)));
        }
    }

    static void put(KeyStore store, Bytes key, Bytes value) {
        commit(store, List.of(Operation.put(key, value)));
    }

    static void commit(KeyStore store, List<Operation> operations) {
        assertThat(store.commit(new Transaction(List.of(), operations))).isInstanceOf(CommitResult.Committed.class);
    }

    /** How long the standby has to stay level; {@code -Ddrkit.live.seconds} sets it for all tests. */
    static Duration whileLevel(int seconds) {
        return Duration.ofSeconds(Integer.getInteger("drkit.live.seconds", seconds));
    }
}
