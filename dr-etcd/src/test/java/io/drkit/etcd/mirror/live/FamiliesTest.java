package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.Comparison.Counts;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorSession;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.kube.Acts;
import io.drkit.testkit.kube.GarbageCollector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Families of objects in every shape, to a standby that collects what has no owner. */
class FamiliesTest extends OnLivingSites {

    private final Random random = new Random(seed());

    @BeforeEach
    void makeControlPlane() {
        loadRecordedControlPlane();
    }

    private void allIsWell(MirrorSession session) throws InterruptedException {
        caughtUp(session);
        judge().isLevelSoon(SOON);
        judge().staysLevel(whileLevel(5));
        judge().nothingWasLostOnTheWay();
    }

    /** Only the last of each key. */
    private static List<Operation> atRest(Families families) {
        Map<Bytes, Operation> last = new LinkedHashMap<>();
        families.operations().forEach(operation -> last.put(operation.key(), operation));
        return List.copyOf(last.values());
    }

    private void copied(Families families) throws Exception {
        load(primary(), atRest(families));
        try (MirrorSession session = mirror()) {
            allIsWell(session);
        }
    }

    @Test
    void families_of_every_shape_are_copied_whole() throws Exception {
        Families families = new Families(seed());
        for (int i = 0; i < 8; i++) {
            families.some();
        }
        copied(families);
    }

    @Test
    void a_chain_deeper_than_a_transaction_is_copied_whole() throws Exception {
        copied(new Families(seed()).chain(200).chain(200));
    }

    @Test
    void an_owner_of_more_than_a_transaction_takes_is_copied_with_all_of_them() throws Exception {
        copied(new Families(seed()).bush(500).bush(500));
    }

    @Test
    void a_circle_is_copied_whole() throws Exception {
        copied(new Families(seed()).circle(2).circle(3).circle(40).circle(100));
    }

    /** No scope can tell by looking at them; the order by ownership can. */
    @Test
    void heirs_of_what_is_left_to_each_site_are_withheld_and_told() throws Exception {
        load(primary(), atRest(new Families(seed()).heirsOfAPod().chain(3)));
        try (MirrorSession session = mirror()) {
            caughtUp(session);
            Thread.sleep(whileLevel(5).toMillis());
            ConsistencyReport report = judge().check();
            assertThat(report.comparison().total()).as("%s", report).isEqualTo(new Counts(2, 0, 0));
            assertThat(report.comparison().sample())
                    .hasSize(2)
                    .allSatisfy(missed ->
                            assertThat(missed.why().orElse("")).contains("none of its owners is on the standby"));
            assertThat(session.status().skipped()).isEqualTo(2);
            judge().nothingWasLostOnTheWay();
        }
    }

    @Test
    void families_that_come_and_go_while_the_mirror_runs_are_followed() throws Exception {
        KeyStore primary = primary();
        Families families = new Families(seed());
        for (int i = 0; i < 4; i++) {
            families.some();
        }
        try (GarbageCollector onPrimary = new GarbageCollector(primary(), new Acts());
                MirrorSession session = mirror(options().maxShrink(1))) {
            List<Operation> rest = families.operations();
            while (!rest.isEmpty()) {
                int count = Math.min(rest.size(), 1 + random.nextInt(4));
                commitDistinct(primary, rest.subList(0, count));
                rest = rest.subList(count, rest.size());
                Thread.sleep(random.nextInt(5));
            }
            List<Bytes> ending = new ArrayList<>(families.roots());
            Collections.shuffle(ending, random);
            for (Bytes root : ending.subList(0, ending.size() / 2)) {
                commit(primary, List.of(Operation.delete(root)));
                Thread.sleep(random.nextInt(20));
            }
            Thread.sleep(2_000);
            allIsWell(session);
        }
    }

    private static void commitDistinct(KeyStore store, List<Operation> operations) {
        Map<Bytes, Operation> last = new LinkedHashMap<>();
        for (Operation operation : operations) {
            if (last.containsKey(operation.key())) {
                commit(store, List.copyOf(last.values()));
                last.clear();
            }
            last.put(operation.key(), operation);
        }
        commit(store, List.copyOf(last.values()));
    }

    @Test
    void a_copy_over_a_link_that_is_cut_again_and_again_ends_level() throws Exception {
        Families families = new Families(seed()).chain(200).bush(300);
        for (int i = 0; i < 6; i++) {
            families.some();
        }
        load(primary(), atRest(families));
        try (SeveredLink link = SeveredLink.to("127.0.0.1", standbyServer().port(0))) {
            KeyStore standby = connect(List.of("http://127.0.0.1:" + link.port()));
            try (MirrorSession session = mirror(options().pageSize(50), primary(), standby)) {
                for (int i = 0; i < 8; i++) {
                    Thread.sleep(20 + random.nextInt(150));
                    link.cut();
                    Thread.sleep(random.nextInt(100));
                    link.heal();
                }
                allIsWell(session);
            }
        }
    }
}
