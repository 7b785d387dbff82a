package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.soak.MirrorProcess;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorSession;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
                long revision = standby.revision();
                process.start();
                while (standby.revision() < revision + 3) {
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
