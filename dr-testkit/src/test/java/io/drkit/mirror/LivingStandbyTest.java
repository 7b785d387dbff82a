package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a mirror does about keys that the standby's own control plane writes as well. */
@Timeout(60)
class LivingStandbyTest {

    private static final MirrorScope SCOPE = new LivingScope();

    private final InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    private final InMemoryKeyStore standby = new InMemoryKeyStore("standby");

    @Test
    void a_status_written_by_the_standby_stays() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "of the primary"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put(key(1), widget(1, "a", "of the standby"));
            primary.put(key(2), widget(2, "b", "x"));
            caughtUp(session);
            stays(() -> at(key(1)).equals(widget(1, "a", "of the standby")));
            assertThat(session.status().corrected()).isZero();
        }
        assertThat(setAside()).isEmpty();
    }

    @Test
    void a_status_changed_by_the_primary_alone_is_not_copied() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.put(key(1), widget(1, "a", "y"));
            caughtUp(session);
            assertThat(at(key(1))).isEqualTo(widget(1, "a", "x"));
        }
    }

    @Test
    void desired_state_that_something_else_changed_is_put_right_and_set_aside() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put(key(1), widget(1, "changed by hand", "x"));
            becomes(() -> at(key(1)).contains("\"spec\":\"a\""));
            becomes(() -> session.status().corrected() == 1);
        }
        assertThat(setAside()).containsExactly(widget(1, "changed by hand", "x"));
    }

    @Test
    void what_something_else_deleted_comes_back() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.delete(key(1));
            becomes(() -> at(key(1)).contains("\"spec\":\"a\""));
        }
    }

    @Test
    void what_only_the_standby_has_is_kept_and_told() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put(key(7), widget(7, "own", "x"));
            primary.put(key(2), widget(2, "b", "x"));
            caughtUp(session);
            becomes(() -> standby.count(KeyRange.prefix(DrKitKeys.strangers("default"))) == 1);
            primary.delete(key(2));
            caughtUp(session);
        }
        assertThat(at(key(7))).isEqualTo(widget(7, "own", "x"));
        assertThat(at(key(2))).isEmpty();
    }

    @Test
    void what_the_standby_had_before_is_kept_or_set_aside() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        standby.put(key(1), widget(9, "before", "x"));
        standby.put(key(7), widget(7, "own", "x"));
        try (MirrorSession session = start(MirrorOptions.builder().pageSize(1))) {
            caughtUp(session);
            assertThat(session.status().strangers()).isEqualTo(1);
        }
        assertThat(at(key(1))).isEqualTo(widget(1, "a", "x"));
        assertThat(at(key(7))).isEqualTo(widget(7, "own", "x"));
        assertThat(setAside()).containsExactly(widget(9, "before", "x"));
    }

    @Test
    void a_key_that_is_fought_over_is_left_alone_and_named_with_who_wrote_it() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        primary.put(key(2), widget(2, "b", "x"));
        int[] writes = new int[1];
        standby.onChange((operations, revision) -> {
            boolean mirrored =
                    operations.stream().anyMatch(operation -> operation.key().equals(Bytes.utf8(key(1))));
            if (mirrored && at(key(1)).contains("\"spec\":\"a\"")) {
                writes[0]++;
                new Thread(() -> standby.put(key(1), written(1, "b", "stubborn-operator"))).start();
            }
        });
        try (MirrorSession session = start(MirrorOptions.builder().corrections(3))) {
            caughtUp(session);
            becomes(() -> session.status().contended() == 1);
            assertThat(session.status().skippedSample())
                    .singleElement()
                    .asString()
                    .contains("contended", "stubborn-operator");
            int then = writes[0];
            Thread.sleep(1_000);
            assertThat(writes[0]).as("it is not fought any more").isEqualTo(then);
            primary.put(key(2), widget(2, "c", "x"));
            caughtUp(session);
            assertThat(at(key(2))).contains("\"spec\":\"c\"");
        }
        assertThat(setAside()).as("once, for it says the same each time").hasSize(1);
    }

    @Test
    void a_mirror_that_was_down_looks_into_what_was_written_meanwhile() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        primary.put(key(2), widget(2, "a", "x"));
        once();
        standby.put(key(1), widget(1, "changed", "x"));
        standby.delete(key(2));
        once();
        assertThat(at(key(1))).contains("\"spec\":\"a\"");
        assertThat(at(key(2))).contains("\"spec\":\"a\"");
    }

    @Test
    void also_when_the_standby_was_compacted_meanwhile() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        once();
        standby.put(key(1), widget(1, "changed", "x"));
        standby.put("/registry/pods/x/y", "{}");
        standby.compact(standby.revision());
        once();
        assertThat(at(key(1))).contains("\"spec\":\"a\"");
    }

    @Test
    void an_object_that_the_primary_is_deleting_is_not_made_again() throws InterruptedException {
        String dying = widget(1, "a", "x").replace("\"uid\"", "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",\"uid\"");
        primary.put(key(1), widget(1, "a", "x"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.put(key(1), dying);
            caughtUp(session);
            assertThat(at(key(1))).contains("deletionTimestamp");
            standby.delete(key(1));
            stays(() -> at(key(1)).isEmpty());
        }
    }

    @Test
    void what_the_primary_is_deleting_and_the_standby_has_deleted_is_no_difference() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.put(
                    key(1),
                    widget(1, "a", "x").replace("\"uid\"", "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",\"uid\""));
            caughtUp(session);
            standby.delete(key(1));
            caughtUp(session);
        }
        assertThat(new DefaultConsistencyChecker(
                                primary, standby, CheckerOptions.builder().build())
                        .check(SCOPE, Level.DESIRED)
                        .isConsistent())
                .isTrue();
    }

    @Test
    void keys_that_are_written_all_the_time_hold_up_no_others() throws Exception {
        for (int i = 0; i < 9; i++) {
            primary.put(key(i), widget(i, "a", "x"));
        }
        CountDownLatch enough = new CountDownLatch(1);
        AtomicInteger writes = new AtomicInteger();
        FaultyKeyStore busy = new FaultyKeyStore(standby, (moment, call) -> {
            if (moment == Moment.BEFORE && call.equals("commit") && enough.getCount() > 0) {
                for (int i = 0; i < 4; i++) {
                    String now = at(key(i));
                    if (!now.isEmpty()) {
                        standby.put(
                                key(i), now.replaceAll("status\":\"[^\"]*", "status\":\"" + writes.incrementAndGet()));
                    }
                }
            }
        });
        MirrorOptions options = MirrorOptions.builder().build();
        try (MirrorSession session = new DefaultKeyMirror(primary, busy, options).start(SCOPE)) {
            caughtUp(session);
            for (int i = 0; i < 9; i++) {
                primary.put(key(i), widget(i, "b", "x"));
            }
            becomes(() -> at(key(4)).contains("\"spec\":\"b\"") && at(key(8)).contains("\"spec\":\"b\""));
            assertThat(session.status().lastError()).isEmpty();
            enough.countDown();
            becomes(() -> at(key(0)).contains("\"spec\":\"b\""));
        }
    }

    @Test
    void a_key_that_changes_on_both_sides_fills_no_quarantine() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        try (MirrorSession session = start(MirrorOptions.builder().corrections(3))) {
            caughtUp(session);
            for (int i = 0; i < 30; i++) {
                standby.put(key(1), written(1, "by hand " + i, "operator"));
                primary.put(key(1), widget(1, "a" + i, "x"));
                Thread.sleep(50);
            }
            becomes(() -> session.status().contended() == 1);
            assertThat(session.status().skippedSample())
                    .singleElement()
                    .asString()
                    .contains("contended", "operator");
        }
        assertThat(setAside()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void a_mass_deletion_is_refused_however_much_there_is_out_of_scope() throws InterruptedException {
        for (int i = 0; i < 40; i++) {
            primary.put(key(i), widget(i, "a", "x"));
        }
        for (int i = 0; i < 2_000; i++) {
            primary.put("/registry/pods/team/p" + i, "{}");
            standby.put("/registry/pods/team/p" + i, "{}");
        }
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.deletePrefix("/registry/example.org/widgets/team/w1");
            primary.deletePrefix("/registry/example.org/widgets/team/w2");
            assertThatThrownBy(() -> session.awaitEnd(Duration.ofSeconds(20)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("lost too many keys");
        }
        assertThat(standby.content(KeyRange.prefix("/registry/example.org/"))).hasSizeGreaterThan(28);
    }

    @Test
    void what_a_copy_deletes_is_set_aside_whoever_wrote_it() throws InterruptedException {
        primary.put(key(1), widget(1, "a", "x"));
        primary.put(key(2), widget(2, "b", "x"));
        once();
        primary.delete(key(1));
        primary.put(key(2), widget(2, "c", "x"));
        primary.compact(primary.revision());
        once();
        assertThat(at(key(1))).isEmpty();
        assertThat(setAside()).containsExactly(widget(1, "a", "x"));
    }

    @Test
    void a_copy_beside_writes_does_not_count_the_standby_after_each_page() throws InterruptedException {
        for (int i = 0; i < 2_000; i++) {
            primary.put(key(i), widget(i, "a", "x"));
        }
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger writes = new AtomicInteger();
        FaultyKeyStore busy = new FaultyKeyStore(primary, (moment, call) -> {
            if (moment == Moment.BEFORE && call.equals("range") && writes.incrementAndGet() < 1_000) {
                primary.put(key(0), widget(0, "a", "x" + writes));
            }
        });
        FaultyKeyStore counting = new FaultyKeyStore(standby, (moment, call) -> {
            if (moment == Moment.BEFORE && call.equals("range")) {
                looks.incrementAndGet();
            }
        });
        MirrorOptions options = MirrorOptions.builder().pageSize(20).build();
        try (MirrorSession session = new DefaultKeyMirror(busy, counting, options).start(SCOPE)) {
            caughtUp(session);
        }
        assertThat(writes.get()).as("writes beside the copy").isGreaterThan(100);
        // As many more as there are pages, each for all keys, where it did.
        assertThat(looks.get()).isLessThan(50);
    }

    private MirrorSession start() {
        return start(MirrorOptions.builder());
    }

    private MirrorSession start(MirrorOptions.Builder options) {
        return new DefaultKeyMirror(primary, standby, options.build()).start(SCOPE);
    }

    /** Level, and everything that others wrote looked into. */
    private void once() throws InterruptedException {
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.put("/registry/end", "{}");
            caughtUp(session);
        }
    }

    private static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(Duration.ofSeconds(20)))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    private static void becomes(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2_000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static void stays(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            assertThat(condition.getAsBoolean()).isTrue();
            Thread.sleep(5);
        }
    }

    private String at(String key) {
        Bytes value = standby.content(KeyRange.ALL).get(Bytes.utf8(key));
        return value == null ? "" : value.utf8();
    }

    private List<String> setAside() {
        return standby.content(KeyRange.prefix(DrKitKeys.QUARANTINE)).entrySet().stream()
                .filter(entry -> entry.getKey().utf8().contains("/keys/"))
                .map(entry -> Objects.requireNonNull(entry.getValue()).utf8())
                .toList();
    }

    private static String key(int i) {
        return "/registry/example.org/widgets/team/w" + i;
    }

    private static String widget(int i, String spec, String status) {
        return ("{\"apiVersion\":\"example.org/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w%d\",\"namespace\":\"team\","
                        + "\"uid\":\"00000000-0000-0000-0000-00000000000%d\"},\"spec\":\"%s\",\"status\":\"%s\"}")
                .formatted(i, i, spec, status);
    }

    private static String written(int i, String spec, String manager) {
        return widget(i, spec, "x")
                .replace(
                        "\"uid\"",
                        "\"managedFields\":[{\"manager\":\"" + manager
                                + "\",\"operation\":\"Update\",\"time\":\"2026-01-01T00:00:00Z\"}],\"uid\"");
    }
}
