package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.Comparison.Counts;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.SkippedKey;
import io.drkit.testkit.kube.Operator;
import io.drkit.testkit.kube.Recorded;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a real primary stored, encrypted, and a standby that encrypts otherwise and whose control plane is as hostile as real ones are. */
class LivingStandbyTest extends OnLivingSites {

    private static final Bytes CONTENDED = Bytes.utf8("/registry/deployments/team-1/web");

    @Override
    KeyStore asPrimary(KeyStore store) {
        return Encrypted.primary(store);
    }

    @Override
    KeyStore asStandby(KeyStore store) {
        return Encrypted.standby(store);
    }

    private void allIsWell(int seconds) throws InterruptedException {
        judge().isLevelSoon(SOON);
        judge().staysLevel(whileLevel(seconds));
        judge().nothingWasLostOnTheWay();
        judge().everyReplicaSetHasItsPods(Duration.ofSeconds(20));
        judge().itsOwnIsUntouched(living());
    }

    @Test
    void a_recorded_primary_ends_level_and_stays_so() throws Exception {
        loadRecorded();
        try (MirrorSession session = mirror()) {
            caughtUp(session);
            // Twice what anything there takes to happen again: the mirror tries what it could not do every 10 s.
            allIsWell(25);
            assertThat(session.status().skipped())
                    .as("%s", session.status().skippedSample())
                    .isZero();
        }
    }

    @Test
    void a_recorded_history_is_followed_and_nothing_lost_meanwhile() throws Exception {
        KeyStore primary = primary();
        List<Operation> history =
                Recorded.history().stream().map(LivingStandbyTest::operation).toList();
        int ready = controlPlaneIsReady(history);
        for (Operation operation : history.subList(0, ready)) {
            commit(primary, List.of(operation));
        }
        try (MirrorSession session = mirror()) {
            for (Operation operation : history.subList(ready, history.size())) {
                commit(primary, List.of(operation));
                Thread.sleep(5);
            }
            caughtUp(session);
            judge().isLevelSoonButForWhatWasDerived(SOON, living());
            judge().nothingWasLostOnTheWay();
        }
        endsLevelOnceRepaired();
    }

    private static Operation operation(Recorded.Event event) {
        Bytes value = event.value();
        return value == null ? Operation.delete(event.key()) : Operation.put(event.key(), value);
    }

    /** When the first of its users came. A primary that was only just begun looks like one that was wiped. */
    private static int controlPlaneIsReady(List<Operation> history) {
        int at = 0;
        while (!history.get(at).key().utf8().equals("/registry/namespaces/team-1")) {
            at++;
        }
        return at;
    }

    private void endsLevelOnceRepaired() throws InterruptedException {
        judge().repair();
        try (MirrorSession session = mirror()) {
            caughtUp(session);
            judge().isLevelSoon(SOON);
            judge().staysLevel(whileLevel(10));
            judge().everyReplicaSetHasItsPods(Duration.ofSeconds(20));
            judge().itsOwnIsUntouched(living());
        }
    }

    /** The fixture bites: what copies in key order is left with holes and with what controllers made in its stead. */
    @Test
    void a_copy_in_key_order_does_not_end_level() throws Exception {
        loadRecorded();
        PlainCopier.copy(asPrimary(primary()), asStandby(standby()), SCOPE);
        Thread.sleep(2_000);
        Counts counts = judge().check().comparison().total();
        assertThat(counts.missed()).isPositive();
        assertThat(counts.surplus()).isPositive();
    }

    @Test
    void a_copy_that_is_interrupted_again_and_again_ends_level() throws Exception {
        loadRecorded();
        for (int millis = 20; millis <= 320; millis *= 2) {
            try (MirrorSession session = mirror(options().pageSize(20))) {
                Thread.sleep(millis);
                assertThat(session.status().state().isEnd()).isFalse();
            }
        }
        try (MirrorSession session = mirror(options().pageSize(20))) {
            caughtUp(session);
            allIsWell(10);
        }
    }

    @Test
    void what_is_deleted_on_the_standby_comes_back_with_all_that_depended_on_it() throws Exception {
        loadRecorded();
        try (MirrorSession session = mirror()) {
            caughtUp(session);
            judge().isLevelSoon(SOON);
            commit(
                    standby(),
                    Stream.of("deployments/team-1/web", "example.dr.io/widgets/team-2/root", "statefulsets/team-3/db")
                            .map(key -> Operation.delete(Bytes.utf8("/registry/" + key)))
                            .toList());
            Thread.sleep(1_000);
            judge().isLevelSoonButForWhatWasDerived(SOON, living());
        }
        endsLevelOnceRepaired();
    }

    @Test
    void a_key_that_an_operator_fights_for_is_reported_and_not_fought_for_for_ever() throws Exception {
        loadRecorded();
        living().operator().contending(CONTENDED);
        try (MirrorSession session = mirror(options().corrections(3))) {
            caughtUp(session);
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> session.status().skippedSample().stream()
                            .map(SkippedKey::key)
                            .anyMatch(CONTENDED::equals));
            assertThat(session.status().contended()).isEqualTo(1);
            assertThat(session.status().skippedSample())
                    .filteredOn(skipped -> skipped.key().equals(CONTENDED))
                    .allSatisfy(skipped -> assertThat(skipped.toString()).contains(Operator.MANAGER));
            long corrected = session.status().corrected();
            Thread.sleep(whileLevel(10).toMillis());
            assertThat(session.status().corrected() - corrected).isLessThanOrEqualTo(3);
            Counts counts = judge().check().comparison().total();
            assertThat(counts).isEqualTo(new Counts(0, 0, 1));
            judge().nothingWasLostOnTheWay();
        }
    }
}
