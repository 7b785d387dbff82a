package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.soak.MirrorProcess;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order in which a living standby is written, at every single revision: also when the mirror's process is killed amid it, again and again. */
class KilledTest extends OnLivingSites {

    @TempDir
    Path folder;

    private final Random random = new Random(seed());

    private void loadFamilies() {
        loadRecordedControlPlane();
        Families families = new Families(seed()).chain(200).bush(300).circle(20);
        for (int i = 0; i < 12; i++) {
            families.some();
        }
        Map<Bytes, Operation> last = new LinkedHashMap<>();
        families.operations().forEach(operation -> last.put(operation.key(), operation));
        load(primary(), List.copyOf(last.values()));
    }

    @Test
    void nothing_comes_before_its_owners() throws Exception {
        loadFamilies();
        KeyStore standby = standby();
        Order order = new Order(primary(), standby, standby.revision());
        try (MirrorSession session = mirror(options().pageSize(100))) {
            caughtUp(session);
            judge().isLevelSoon(SOON);
            assertThat(order.isKept()).isGreaterThan(400);
        }
    }

    /** How often the mirror has written its checkpoint. */
    private static long checkpoints(KeyStore standby) {
        Bytes key = DrKitKeys.checkpoint("default");
        KeyValue checkpoint = standby.read(List.of(key)).get(key);
        return checkpoint == null ? 0 : checkpoint.version();
    }

    @Test
    void nor_before_its_namespace_where_both_are_new() throws Exception {
        loadFamilies();
        KeyStore primary = primary();
        KeyStore standby = standby();
        long before = standby.revision();
        AtomicBoolean changing = new AtomicBoolean(true);
        Thread changes = new Thread(() -> {
            // Slower than a mirror: with one that outruns it, no copy is over before the changes are.
            for (int i = 0; changing.get(); i++, LockSupport.parkNanos(20_000_000)) {
                put(primary, Bytes.utf8("/registry/namespaces/new-" + i), object("Namespace", "new-" + i, ""));
                for (String kind : List.of("configmaps/ConfigMap", "services/specs/Service")) {
                    String resource = kind.substring(0, kind.lastIndexOf('/'));
                    String of = kind.substring(kind.lastIndexOf('/') + 1);
                    put(
                            primary,
                            Bytes.utf8("/registry/" + resource + "/new-" + i + "/a"),
                            object(of, "a", "\"namespace\":\"new-" + i + "\","));
                }
            }
        });
        try (MirrorSession session = mirror(options().pageSize(20))) {
            changes.start();
            Awaitility.await().atMost(SOON).until(() -> session.status().state() == MirrorStatus.State.STREAMING);
            changing.set(false);
            changes.join();
            caughtUp(session);
            // The standby makes service accounts that this primary has not.
            assertThat(judge().check().comparison().total().missed()).isZero();
        } finally {
            changing.set(false);
        }
        assertThat(new Order(primary, standby, before).isKept()).isPositive();
    }

    private static Bytes object(String kind, String name, String namespace) {
        return Bytes.utf8("{\"apiVersion\":\"v1\",\"kind\":\"" + kind + "\",\"metadata\":{\"name\":\"" + name + "\","
                + namespace + "\"uid\":\"" + UUID.randomUUID() + "\"}}");
    }

    @Test
    void nor_when_the_process_is_killed_again_and_again() throws Exception {
        loadFamilies();
        KeyStore standby = standby();
        long before = standby.revision();
        Order order = new Order(primary(), standby, before);
        String from = String.join(",", primaryServer().endpoints());
        String to = String.join(",", standbyServer().endpoints());
        int amid = 0;
        try (MirrorProcess process = new MirrorProcess(folder.resolve("mirror.log"), from, to, "platform")) {
            for (int i = 0; i < 5; i++) {
                long version = checkpoints(standby);
                process.start();
                while (checkpoints(standby) < version + 2) {
                    Thread.sleep(1);
                }
                Thread.sleep(random.nextInt(150));
                process.kill();
                amid += judge().check().comparison().total().missed() > 0 ? 1 : 0;
            }
        }
        assertThat(amid).as("kills amid the copy").isPositive();
        try (MirrorSession session = mirror()) {
            caughtUp(session);
            judge().isLevelSoon(SOON);
            judge().staysLevel(whileLevel(3));
            judge().nothingWasLostOnTheWay();
            assertThat(order.isKept()).isGreaterThan(400);
        }
    }
}
