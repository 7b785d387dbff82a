package io.drkit.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.drkit.consistency.Comparison.Counts;
import io.drkit.consistency.ConsistencyReport.Consistent;
import io.drkit.consistency.ConsistencyReport.Diverged;
import io.drkit.consistency.ConsistencyReport.Inconclusive;
import io.drkit.consistency.KeyDifference.Kind;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What differs is found, what a mirror is about to apply is not a difference. */
class DefaultConsistencyCheckerTest {

    private static final MirrorScope ALL = MirrorScope.all();

    private final InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    private final InMemoryKeyStore standby = new InMemoryKeyStore("standby");

    @Test
    void equal_sides_are_consistent() {
        both("/registry/pods/a/x", "1");
        both("/registry/pods/a/x/", "");
        ConsistencyReport report = check(Level.VALUES);
        assertThat(report).isInstanceOf(Consistent.class);
        assertThat(report.comparison())
                .isEqualTo(new Comparison(
                        "all",
                        Level.VALUES,
                        primary.revision(),
                        standby.revision(),
                        2,
                        Counts.NONE,
                        Map.of(),
                        List.of(),
                        0,
                        List.of()));
    }

    @Test
    void empty_sides_are_consistent() {
        assertThat(check(Level.VALUES).isConsistent()).isTrue();
    }

    @Test
    void differences_are_counted_by_kind_and_resource() {
        both("/registry/pods/a/same", "1");
        primary.put("/registry/pods/a/missed", "1");
        standby.put("/registry/secrets/a/surplus", "1");
        both("/registry/example.com/widgets/a/w", "1");
        standby.put("/registry/example.com/widgets/a/w", "2");
        primary.put("/registry/services/specs/a/s", "");
        primary.put("/registry/services/endpoints/a/s", "");
        ConsistencyReport report = check(Level.VALUES);
        assertThat(report).isInstanceOf(Diverged.class);
        Comparison comparison = report.comparison();
        assertThat(comparison.total()).isEqualTo(new Counts(3, 1, 1));
        assertThat(comparison.compared()).isEqualTo(5);
        assertThat(comparison.byResource())
                .containsOnly(
                        entry("pods", new Counts(1, 0, 0)),
                        entry("secrets", new Counts(0, 1, 0)),
                        entry("example.com/widgets", new Counts(0, 0, 1)),
                        entry("services/specs", new Counts(1, 0, 0)),
                        entry("services/endpoints", new Counts(1, 0, 0)));
        assertThat(comparison.sample())
                .extracting(KeyDifference::toString)
                .containsExactly(
                        "CHANGED /registry/example.com/widgets/a/w",
                        "MISSED /registry/pods/a/missed",
                        "SURPLUS /registry/secrets/a/surplus",
                        "MISSED /registry/services/endpoints/a/s",
                        "MISSED /registry/services/specs/a/s");
    }

    @Test
    void the_keys_level_does_not_look_at_values() {
        both("/registry/a/b", "1");
        standby.put("/registry/a/b", "2");
        assertThat(check(Level.KEYS).isConsistent()).isTrue();
        assertThat(check(Level.VALUES).isConsistent()).isFalse();
        standby.put("/registry/a/c", "");
        assertThat(check(Level.KEYS).comparison().total()).isEqualTo(new Counts(0, 1, 0));
    }

    @Test
    void binary_keys_and_values_are_compared_byte_by_byte() {
        Bytes prefix = Bytes.utf8("/registry/x/");
        List<Bytes> keys = IntStream.range(0, 256)
                .mapToObj(i -> prefix.concat(Bytes.copyOf((byte) i, (byte) (255 - i))))
                .toList();
        keys.forEach(key -> primary.put(key, key));
        keys.forEach(key -> standby.put(key, key));
        assertThat(check(Level.VALUES).isConsistent()).isTrue();
        standby.put(keys.get(255), Bytes.copyOf((byte) 0xff));
        standby.delete(keys.get(0));
        standby.put(keys.get(128).successor(), Bytes.EMPTY);
        assertThat(check(Level.VALUES).comparison().sample())
                .containsExactly(
                        new KeyDifference(keys.get(0), Kind.MISSED, Optional.empty()),
                        new KeyDifference(keys.get(128).successor(), Kind.SURPLUS, Optional.empty()),
                        new KeyDifference(keys.get(255), Kind.CHANGED, Optional.empty()));
    }

    @Test
    void leased_keys_and_our_own_are_no_content() {
        primary.putLeased("/registry/events/a", "", Duration.ofHours(1));
        standby.putLeased("/registry/masterleases/b", "", Duration.ofHours(1));
        standby.put("/drkit/mirror/m/checkpoint", "{}");
        standby.put("/elsewhere", "");
        assertThat(check(Level.VALUES).isConsistent()).isTrue();
        primary.put("/registry/masterleases/b", "");
        assertThat(check(Level.VALUES).comparison().total()).isEqualTo(new Counts(1, 0, 0));
    }

    @Test
    void the_sample_is_bounded_for_each_kind() {
        for (int i = 10; i < 40; i++) {
            primary.put("/registry/a/missed" + i, "");
            standby.put("/registry/b/surplus" + i, "");
        }
        ConsistencyReport report =
                checker(CheckerOptions.builder().sampleSize(3)).check(ALL, Level.KEYS);
        assertThat(report.comparison().total()).isEqualTo(new Counts(30, 30, 0));
        assertThat(report.comparison().sample()).hasSize(6);
        assertThat(report.comparison().sample().get(5).key()).isEqualTo(Bytes.utf8("/registry/b/surplus12"));
    }

    @Test
    void what_the_standby_refused_is_marked_with_why() {
        primary.put("/registry/a/refused", "");
        primary.put("/registry/a/missed", "");
        standby.put(DrKitKeys.skipped("m").concat(Bytes.utf8("/registry/a/refused")), Bytes.utf8("7 bytes refused"));
        assertThat(check(Level.VALUES).comparison().sample())
                .containsExactly(
                        new KeyDifference(Bytes.utf8("/registry/a/missed"), Kind.MISSED, Optional.empty()),
                        new KeyDifference(
                                Bytes.utf8("/registry/a/refused"), Kind.MISSED, Optional.of("7 bytes refused")));
    }

    @Test
    void what_a_running_mirror_is_about_to_apply_is_no_difference() {
        both("/registry/a/b", "1");
        long wanted = primary.put("/registry/a/c", "1");
        mirrorRuns();
        checkpoint(wanted - 1, null);
        AtomicInteger polls = new AtomicInteger();
        FaultyKeyStore busy = new FaultyKeyStore(standby, (moment, call) -> {
            if (call.equals("read") && moment == Moment.BEFORE && polls.incrementAndGet() == 3) {
                standby.put("/registry/a/c", "1");
                checkpoint(wanted, null);
            }
            if (call.equals("range") && moment == Moment.BEFORE && polls.get() >= 3) {
                primary.put("/registry/a/later", "not applied yet");
            }
        });
        ConsistencyReport report = checker(primary, busy, options()).check(ALL, Level.VALUES);
        assertThat(report).isInstanceOf(Consistent.class);
        assertThat(report.comparison().sourceRevision()).isEqualTo(wanted);
        assertThat(report.comparison().compared()).isEqualTo(2);
    }

    @Test
    void a_difference_at_the_checkpoint_is_real() {
        mirrorRuns();
        long revision = primary.put("/registry/a/b", "1");
        standby.put("/registry/a/stranger", "");
        checkpoint(revision, null);
        ConsistencyReport report = check(Level.VALUES);
        assertThat(report).isInstanceOf(Diverged.class);
        assertThat(report.comparison().total()).isEqualTo(new Counts(1, 1, 0));
    }

    @Test
    void a_mirror_that_does_not_catch_up_leaves_it_open() {
        mirrorRuns();
        long revision = primary.put("/registry/a/b", "1");
        checkpoint(revision - 1, null);
        assertThat(check(Level.VALUES)).isInstanceOfSatisfying(Inconclusive.class, open -> {
            assertThat(open.reason()).contains("Mirror m", "1 revision(s) behind");
            assertThat(open.comparison().total()).isEqualTo(new Counts(1, 0, 0));
        });
    }

    @Test
    void a_mirror_in_the_middle_of_a_copy_leaves_it_open() {
        mirrorRuns();
        long revision = primary.put("/registry/a/b", "1");
        assertThat(check(Level.VALUES))
                .isInstanceOfSatisfying(
                        Inconclusive.class, open -> assertThat(open.reason()).contains("in the middle of a copy"));
        checkpoint(revision, "L3JlZ2lzdHJ5Lw==");
        assertThat(check(Level.VALUES))
                .isInstanceOfSatisfying(
                        Inconclusive.class, open -> assertThat(open.reason()).contains("in the middle of a copy"));
    }

    @Test
    void a_checkpoint_that_rests_because_only_other_keys_change_is_good_enough() {
        mirrorRuns();
        both("/registry/a/b", "1");
        checkpoint(primary.revision(), null);
        long rests = primary.revision();
        primary.put("/elsewhere", "1");
        standby.put("/registry/a/stranger", "");
        ConsistencyReport report = check(Level.VALUES);
        assertThat(report).isInstanceOf(Diverged.class);
        assertThat(report.comparison().sourceRevision()).isEqualTo(rests);
        assertThat(report.comparison().total()).isEqualTo(new Counts(0, 1, 0));
    }

    @Test
    void equality_is_proved_even_if_the_checkpoint_is_compacted_away() {
        mirrorRuns();
        both("/registry/a/b", "1");
        checkpoint(primary.revision(), null);
        primary.compact(primary.put("/elsewhere", "1"));
        assertThat(check(Level.VALUES)).isInstanceOf(Consistent.class);
        standby.put("/registry/a/stranger", "");
        assertThat(check(Level.VALUES)).isInstanceOf(Inconclusive.class);
    }

    @Test
    void compaction_in_the_middle_does_not_end_it() {
        IntStream.range(100, 200).forEach(i -> both("/registry/a/" + i, "v"));
        standby.delete("/registry/a/150");
        AtomicInteger pages = new AtomicInteger();
        KeyStore compacting = new FaultyKeyStore(primary, (moment, call) -> {
            if (call.equals("range") && moment == Moment.BEFORE && pages.incrementAndGet() % 3 == 0) {
                primary.compact(primary.put("/elsewhere", "" + pages));
            }
        });
        KeyStore forgetful = new FaultyKeyStore(standby, (moment, call) -> {
            if (call.equals("range") && moment == Moment.BEFORE && pages.get() % 4 == 0) {
                standby.compact(standby.put("/elsewhere", "" + pages));
            }
        });
        ConsistencyReport report = checker(compacting, forgetful, options()).check(ALL, Level.VALUES);
        assertThat(report.comparison().compared()).isEqualTo(100);
        assertThat(report.comparison().sample())
                .containsExactly(new KeyDifference(Bytes.utf8("/registry/a/150"), Kind.MISSED, Optional.empty()));
    }

    @Test
    void compaction_in_the_middle_is_followed_by_the_mirrors_newer_checkpoint() {
        mirrorRuns();
        IntStream.range(100, 200).forEach(i -> both("/registry/a/" + i, "v"));
        checkpoint(primary.revision(), null);
        AtomicInteger pages = new AtomicInteger();
        KeyStore compacting = new FaultyKeyStore(primary, (moment, call) -> {
            if (call.equals("range") && moment == Moment.BEFORE && pages.incrementAndGet() == 6) {
                both("/registry/a/111", "changed behind");
                both("/registry/a/199", "changed ahead");
                checkpoint(primary.revision(), null);
                primary.compact(primary.revision());
            }
        });
        ConsistencyReport report = checker(compacting, standby, options()).check(ALL, Level.VALUES);
        assertThat(report).isInstanceOf(Consistent.class);
        assertThat(report.comparison().compared()).isEqualTo(100);
        assertThat(report.comparison().sourceRevision()).isEqualTo(primary.revision());
    }

    @Test
    void a_mirror_that_begins_during_the_check_leaves_differences_open() {
        primary.put("/registry/a/b", "1");
        KeyStore starting = new FaultyKeyStore(standby, (moment, call) -> {
            if (call.equals("range") && moment == Moment.AFTER) {
                mirrorRuns();
            }
        });
        assertThat(checker(primary, starting, options()).check(ALL, Level.KEYS))
                .isInstanceOfSatisfying(
                        Inconclusive.class, open -> assertThat(open.reason()).contains("began to run"));
    }

    @Test
    void two_hundred_thousand_keys_are_read_in_small_pages() {
        List<Operation> puts = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            puts.add(Operation.put(Bytes.utf8("/registry/pods/ns/%06d".formatted(i)), Bytes.utf8("v" + i % 7)));
        }
        primary.write(puts);
        standby.write(puts.subList(1, puts.size()));
        standby.put("/registry/pods/ns/123456", "changed");
        standby.put("/registry/pods/ns/999999", "surplus");
        ConsistencyReport report =
                checker(CheckerOptions.builder().pageSize(5_000)).check(ALL, Level.VALUES);
        assertThat(report.comparison().compared()).isEqualTo(200_000);
        assertThat(report.comparison().total()).isEqualTo(new Counts(1, 1, 1));
    }

    private ConsistencyReport check(Level level) {
        return checker(options()).check(ALL, level);
    }

    private static CheckerOptions.Builder options() {
        return CheckerOptions.builder().pageSize(10).settle(Duration.ofSeconds(1));
    }

    private ConsistencyChecker checker(CheckerOptions.Builder options) {
        return checker(primary, standby, options);
    }

    private static ConsistencyChecker checker(KeyStore primary, KeyStore standby, CheckerOptions.Builder options) {
        return new DefaultConsistencyChecker(primary, standby, options.build());
    }

    private void both(String key, String value) {
        primary.put(key, value);
        standby.put(key, value);
    }

    private void mirrorRuns() {
        standby.put(
                DrKitKeys.LOCK, Bytes.utf8("{\"mirror\":\"m\",\"holder\":\"h\",\"since\":\"2026-01-01T00:00:00Z\"}"));
    }

    private void checkpoint(long revision, @Nullable String copiedTo) {
        String position = copiedTo == null ? "null" : "\"" + copiedTo + "\"";
        standby.put(
                DrKitKeys.checkpoint("m"),
                Bytes.utf8("{\"source\":\"s\",\"revision\":" + revision + ",\"copiedTo\":" + position + ",\"x\":1}"));
    }
}
