package io.drkit.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.quarantine.Quarantine;
import io.drkit.quarantine.Quarantine.Restored;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.InMemoryKeyStore;
import io.drkit.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A repair makes the standby equal, and nothing it did not compare is lost. */
class RepairTest {

    private static final MirrorScope ALL = MirrorScope.all();
    private static final KeyRange REGISTRY = KeyRange.prefix("/registry/");

    private final InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    private final InMemoryKeyStore standby = new InMemoryKeyStore("standby");

    @BeforeEach
    void introduceSites() {
        Site.at(primary).identify();
        Site.at(standby).identify();
        Site.at(standby).assume(new SiteRole(Role.STANDBY, 1));
    }

    @Test
    void puts_what_is_missed_or_changed_and_keeps_surplus() {
        IntStream.range(0, 300).forEach(i -> primary.put("/registry/a/" + i, "v" + i));
        IntStream.range(0, 50).forEach(i -> standby.put("/registry/a/" + i, "other"));
        standby.put("/registry/surplus", "kept");
        long before = standby.revision();
        assertThat(repair(false)).isEqualTo(new RepairReport(300, 0, 1));
        assertThat(standby.revision()).isEqualTo(before + 4);
        assertThat(standby.content(REGISTRY))
                .containsAllEntriesOf(primary.content(REGISTRY))
                .hasSize(301);
        assertThat(repair(false)).isEqualTo(new RepairReport(0, 0, 1));
        assertThat(Quarantine.at(standby).batches())
                .singleElement()
                .satisfies(batch -> assertThat(batch.entries()).isEqualTo(50));
        assertThat(standby.revision()).isEqualTo(before + 4);
    }

    @Test
    void deletes_surplus_when_asked_and_sets_it_aside() {
        primary.put("/registry/a", "1");
        IntStream.range(0, 120).forEach(i -> standby.put("/registry/surplus" + i, "s" + i));
        var surplus = standby.content(REGISTRY);
        assertThat(repair(true)).isEqualTo(new RepairReport(1, 120, 0));
        assertThat(standby.content(REGISTRY)).isEqualTo(primary.content(REGISTRY));
        Quarantine quarantine = Quarantine.at(standby);
        assertThat(quarantine.batches()).singleElement().satisfies(batch -> {
            assertThat(batch.id()).isEqualTo("repair-2026-01-01T00:00:00Z");
            assertThat(batch.entries()).isEqualTo(120);
            assertThat(batch.about())
                    .hasValueSatisfying(about -> assertThat(about.reason()).contains("repair"));
        });
        assertThat(quarantine.restore("repair-2026-01-01T00:00:00Z", false)).isEqualTo(new Restored(120, 0));
        assertThat(standby.content(REGISTRY)).containsAllEntriesOf(surplus);
    }

    @Test
    void an_overwritten_value_too_large_to_go_beside_the_new_one_is_set_aside_first() {
        standby.requestLimit(10_000);
        primary.put("/registry/large", "n".repeat(7_000));
        standby.put("/registry/large", "o".repeat(7_000));
        assertThat(repair(false)).isEqualTo(new RepairReport(1, 0, 0));
        assertThat(standby.content(REGISTRY)).isEqualTo(primary.content(REGISTRY));
        assertThat(Quarantine.at(standby).batches()).hasSize(1);
    }

    @Test
    void what_changes_meanwhile_is_left_and_only_that() {
        IntStream.range(10, 30).forEach(i -> primary.put("/registry/a/" + i, "v"));
        standby.put("/registry/a/15", "old");
        standby.put("/registry/surplus1", "");
        standby.put("/registry/surplus2", "");
        KeyStore busy = onFirstCommit(() -> {
            standby.put("/registry/a/15", "written meanwhile");
            standby.put("/registry/a/16", "created meanwhile");
            standby.put("/registry/surplus1", "written meanwhile");
        });
        assertThat(repair(primary, busy, true)).isEqualTo(new RepairReport(18, 1, 3));
        assertThat(standby.content(REGISTRY))
                .containsEntry(Bytes.utf8("/registry/a/15"), Bytes.utf8("written meanwhile"))
                .containsEntry(Bytes.utf8("/registry/a/16"), Bytes.utf8("created meanwhile"))
                .containsEntry(Bytes.utf8("/registry/surplus1"), Bytes.utf8("written meanwhile"))
                .doesNotContainKey(Bytes.utf8("/registry/surplus2"));
        assertThat(repair(true)).isEqualTo(new RepairReport(2, 1, 0));
    }

    @Test
    void surplus_that_the_primary_has_by_now_is_not_deleted() {
        primary.put("/registry/a", "1");
        standby.put("/registry/back", "standby's");
        RepairReport report = repair(primaryThatGetsTheKeyAfterTheScan(), standby, true);
        assertThat(report).isEqualTo(new RepairReport(1, 0, 1));
        assertThat(standby.content(REGISTRY)).containsEntry(Bytes.utf8("/registry/back"), Bytes.utf8("standby's"));
        assertThat(Quarantine.at(standby).batches()).isEmpty();
    }

    @Test
    void a_value_the_standby_refuses_is_left_and_the_rest_goes_on() {
        standby.requestLimit(20_000);
        IntStream.range(10, 30).forEach(i -> primary.put("/registry/a/" + i, "x".repeat(1_000)));
        primary.put("/registry/a/20", "x".repeat(30_000));
        assertThat(repair(false)).isEqualTo(new RepairReport(19, 0, 1));
        assertThat(standby.content(REGISTRY)).hasSize(19).doesNotContainKey(Bytes.utf8("/registry/a/20"));
    }

    @Test
    void transactions_stay_below_a_mebibyte() {
        standby.requestLimit((1 << 20) + 1_000);
        IntStream.range(0, 8).forEach(i -> primary.put("/registry/a/" + i, "x".repeat(400_000)));
        long before = standby.revision();
        assertThat(repair(false)).isEqualTo(new RepairReport(8, 0, 0));
        assertThat(standby.revision()).isEqualTo(before + 4);
    }

    @Test
    void a_primary_is_never_repaired() {
        primary.put("/registry/a", "1");
        Site.at(standby).promote();
        long before = standby.revision();
        assertThatThrownBy(() -> repair(false))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("PRIMARY");
        assertThat(standby.revision()).isEqualTo(before);
    }

    @Test
    void a_promotion_meanwhile_stops_it() {
        primary.put("/registry/a", "1");
        KeyStore promoted = onFirstCommit(() -> Site.at(standby).promote());
        assertThatThrownBy(() -> repair(primary, promoted, false))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("PRIMARY");
        assertThat(standby.content(REGISTRY)).isEmpty();
    }

    @Test
    void a_mirror_is_not_disturbed() {
        primary.put("/registry/a", "1");
        KeyStore mirrored = onFirstCommit(() -> standby.put(DrKitKeys.LOCK, Bytes.utf8("{\"mirror\":\"m\"}")));
        for (KeyStore each : new KeyStore[] {mirrored, standby}) {
            assertThatThrownBy(() -> repair(primary, each, false))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("a mirror");
        }
        assertThat(standby.content(REGISTRY)).isEmpty();
    }

    @Test
    void one_site_is_not_repaired_from_itself() {
        assertThatThrownBy(() -> repair(primary, primary.snapshot(), false))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("same site");
    }

    @Test
    void an_empty_primary_empties_nothing() {
        standby.put("/registry/a", "1");
        assertThatThrownBy(() -> repair(true))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("no key of scope all");
        assertThat(repair(false)).isEqualTo(new RepairReport(0, 0, 1));
        assertThat(standby.content(REGISTRY)).hasSize(1);
    }

    @Test
    void a_full_standby_is_told_of() {
        primary.put("/registry/a", "1");
        standby.spaceQuota(1);
        assertThatThrownBy(() -> repair(false))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("out of space");
    }

    @Test
    void leased_keys_are_neither_put_nor_deleted() {
        primary.put("/registry/a", "1");
        primary.putLeased("/registry/lease", "1", Duration.ofHours(1));
        standby.putLeased("/registry/other", "1", Duration.ofHours(1));
        standby.put("/registry/lease", "a copy without its lease");
        assertThat(repair(true)).isEqualTo(new RepairReport(1, 0, 1));
        assertThat(standby.content(REGISTRY)).hasSize(3);
    }

    /** Runs something right before the first transaction of the repair. */
    private KeyStore onFirstCommit(Runnable action) {
        AtomicBoolean done = new AtomicBoolean();
        return new FaultyKeyStore(standby, (moment, call) -> {
            if (call.equals("commit") && moment == Moment.BEFORE && done.compareAndSet(false, true)) {
                action.run();
            }
        });
    }

    /** The first read is of the identity; the next one comes when everything was compared. */
    private KeyStore primaryThatGetsTheKeyAfterTheScan() {
        int[] reads = new int[1];
        return new FaultyKeyStore(primary, (moment, call) -> {
            if (call.equals("read") && moment == Moment.BEFORE && ++reads[0] == 2) {
                primary.put("/registry/back", "primary's");
            }
        });
    }

    private RepairReport repair(boolean deleteSurplus) {
        return repair(primary, standby, deleteSurplus);
    }

    private static RepairReport repair(KeyStore primary, KeyStore standby, boolean deleteSurplus) {
        CheckerOptions options =
                CheckerOptions.builder().pageSize(7).clock(new ManualClock()).build();
        return new DefaultConsistencyChecker(primary, standby, options).repair(ALL, deleteSurplus);
    }
}
