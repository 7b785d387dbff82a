package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.Comparison.Counts;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.KeyDifference;
import io.drkit.consistency.Level;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.object.StoredObject;
import io.drkit.testkit.kube.Act;
import io.drkit.testkit.kube.LivingStandby;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/** Says whether a living standby is as it must be: level, with nothing lost on the way, its workloads running, its own left alone. */
final class Judge implements AutoCloseable {

    private static final CheckerOptions OPTIONS =
            CheckerOptions.builder().sampleSize(1_000).build();

    private final KeyStore primary;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final String story;
    private final Deletions deletions;

    /**
     * @param primary as its API server sees it, and {@code standby} likewise
     * @param story what is told with every failure
     */
    Judge(KeyStore primary, KeyStore standby, MirrorScope scope, String story) {
        this.primary = primary;
        this.standby = standby;
        this.scope = scope;
        this.story = story;
        this.deletions = new Deletions(standby);
    }

    ConsistencyReport check() {
        return checker().check(scope, Level.DESIRED);
    }

    /** What there is too much is set aside, once controllers that lag have made the last of it; to be called while no mirror runs. */
    void repair() {
        Awaitility.await("repaired, by " + story)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    checker().repair(scope, true);
                    assertLevel(check());
                });
    }

    private DefaultConsistencyChecker checker() {
        return new DefaultConsistencyChecker(primary, standby, OPTIONS);
    }

    void isLevelSoon(Duration within) {
        Awaitility.await("level, by " + story)
                .atMost(within)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> assertLevel(check()));
    }

    /**
     * Whoever sees an owner before its dependents came, or after they were deleted, makes its own: nothing but that may be there too much, and
     * nothing may be missing or differ.
     */
    void isLevelSoonButForWhatWasDerived(Duration within, LivingStandby living) {
        Awaitility.await("level, by " + story)
                .atMost(within)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> {
                    ConsistencyReport report = check();
                    assertThat(report.comparison().sample())
                            .as("%s: %s", story, report)
                            .filteredOn(difference -> !wasDerived(difference, living))
                            .isEmpty();
                    assertThat(report.comparison().total().sum())
                            .isEqualTo(report.comparison().sample().size());
                });
    }

    private static boolean wasDerived(KeyDifference difference, LivingStandby living) {
        return difference.kind() == KeyDifference.Kind.SURPLUS
                && living.acts().on(difference.key()).stream().anyMatch(act -> act.what() == Act.What.CREATED);
    }

    private void assertLevel(ConsistencyReport report) {
        assertThat(report.comparison().total()).as("%s: %s", story, report).isEqualTo(Counts.NONE);
        assertThat(report.isConsistent()).as("%s: %s", story, report).isTrue();
        assertThat(report.comparison().compared()).isPositive();
    }

    /** Looks all the time, and once is enough to fail. */
    void staysLevel(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            assertLevel(check());
            Thread.sleep(500);
        }
    }

    /** Nothing that the primary holds was ever deleted on the standby, whoever did it. */
    void nothingWasLostOnTheWay() {
        Map<Bytes, KeyValue> held = read(primary, KeyRange.prefix("/registry/"));
        List<Deletions.Deletion> lost = new ArrayList<>();
        for (Deletions.Deletion deletion : deletions.soFar()) {
            KeyValue there = held.get(deletion.key());
            if (there != null && scope.holds(there) && isSame(there, deletion.uid())) {
                lost.add(deletion);
            }
        }
        assertThat(lost)
                .as("deleted on the standby, though the primary holds it; %s", story)
                .isEmpty();
    }

    private static boolean isSame(KeyValue entry, String uid) {
        return StoredObject.read(entry.value())
                .map(object -> uid.isEmpty() || object.uid().equals(uid))
                .orElse(true);
    }

    void everyReplicaSetHasItsPods(Duration within) {
        Awaitility.await("pods, by " + story)
                .atMost(within)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    Map<String, Integer> pods = new HashMap<>();
                    objects("/registry/pods/")
                            .values()
                            .forEach(pod -> pod.owners().forEach(owner -> pods.merge(owner.uid(), 1, Integer::sum)));
                    read(standby, KeyRange.prefix("/registry/replicasets/"))
                            .values()
                            .forEach(set -> {
                                StoredObject object =
                                        StoredObject.read(set.value()).orElseThrow();
                                assertThat(pods.getOrDefault(object.uid(), 0))
                                        .as("pods of %s; %s", set.key().printable(), story)
                                        .isEqualTo(LivingStandby.replicas(set.value()));
                            });
                });
    }

    /** What the standby had before, and what is not to be mirrored, is byte for byte as it was stored. */
    void itsOwnIsUntouched(LivingStandby living) {
        Map<Bytes, Bytes> now = new HashMap<>();
        read(standby, KeyRange.prefix("/registry/")).forEach((key, entry) -> now.put(key, entry.stored()));
        living.recorded().forEach((key, value) -> {
            if (!scope.mayAdmit(key)) {
                assertThat(value.equals(now.getOrDefault(key, Bytes.EMPTY)))
                        .as("%s is as it was; %s", key.printable(), story)
                        .isTrue();
            }
        });
    }

    private Map<Bytes, StoredObject> objects(String prefix) {
        Map<Bytes, StoredObject> objects = new TreeMap<>();
        read(standby, KeyRange.prefix(prefix))
                .forEach(
                        (key, entry) -> StoredObject.read(entry.value()).ifPresent(object -> objects.put(key, object)));
        return objects;
    }

    private static Map<Bytes, KeyValue> read(KeyStore store, KeyRange range) {
        Map<Bytes, KeyValue> entries = new TreeMap<>();
        Scan scan = new Scan(store, RangeRequest.of(range, 0, 1_000));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            entries.put(entry.key(), entry);
        }
        return entries;
    }

    @Override
    public void close() {
        deletions.close();
    }
}
