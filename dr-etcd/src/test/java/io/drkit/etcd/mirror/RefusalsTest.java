package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions.Risk;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.site.Site;
import io.drkit.testkit.FaultyKeyStore;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where going on could lose data the mirror refuses in a sentence, and writes nothing. */
class RefusalsTest extends OnRealEtcd {

    @TempDir
    Path folder = Path.of("");

    @Test
    void one_cluster_on_both_sides() {
        primary().load(20);
        new Pair(primary(), primary()).refuses("one and the same");
    }

    @Test
    void an_empty_primary_and_a_full_standby() {
        standby().load(100);
        pair().refuses("sides are swapped");
        assertThat(primary().store().count(DrKitKeys.OWN)).isZero();
        assertThat(standby().store().count(DrKitKeys.OWN)).isZero();
    }

    @Test
    void a_deleted_prefix_stopped_before_it_is_applied() throws Exception {
        primary().load(300);
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            SortedMap<String, String> before = standby().content();
            primary().server().etcdctl("del", "--prefix", "/registry/");
            assertThatThrownBy(() -> session.awaitEnd(Pair.SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("--accept shrink");
            assertThat(session.status().state()).isEqualTo(State.REFUSED);
            assertThat(standby().content()).isEqualTo(before).hasSize(300);
        }
        pair().refuses("--accept shrink");
        primary().compact();
        pair().refuses("--accept shrink");
        pair().once(Pair.options().accept(Risk.SHRINK));
        pair().assertEqual();
    }

    @Test
    void a_deleted_prefix_right_after_a_copy_during_which_something_changed() throws Exception {
        primary().load(500);
        AtomicBoolean once = new AtomicBoolean();
        FaultyKeyStore from = new FaultyKeyStore(primary().store(), (moment, call) -> {
            if (call.equals("range") && standby().content().size() > 20 && once.compareAndSet(false, true)) {
                primary().put(Side.key(1), "changed");
            }
        });
        try (MirrorSession session = new DefaultKeyMirror(
                        from, standby().store(), Pair.options().pageSize(10).build())
                .start(Side.SCOPE)) {
            Pair.caughtUp(session);
            assertThat(once).isTrue();
            primary().server().etcdctl("del", Side.key(0), Side.key(300));
            assertThatThrownBy(() -> session.awaitEnd(Pair.SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("--accept shrink");
        }
        assertThat(standby().content()).hasSize(500);
    }

    @Test
    void a_primary_restored_from_an_older_snapshot() throws Exception {
        restoredAfterFiftyMoreChanges();
        pair().refuses("--accept new-history");
    }

    @Test
    void a_restored_primary_that_was_written_past_the_checkpoint() throws Exception {
        restoredAfterFiftyMoreChanges();
        for (int i = 0; i < 80; i++) {
            primary().put("/registry/other/" + i, "after the restore");
        }
        pair().refuses("--accept new-history");
        primary().compact();
        pair().refuses("--accept new-history");
        SortedMap<String, String> lost = standby().content();
        pair().once(Pair.options().accept(Risk.NEW_HISTORY));
        assertThat(standby().content()).isEqualTo(primary().content());
        assertThat(standby().setAside()).contains("later7");
        assertThat(lost).containsEntry(Side.key(7), "later7");
    }

    @Test
    void a_primary_restored_while_the_mirror_streams() throws Exception {
        primary().load(100);
        pair().once();
        Path snapshot = folder.resolve("streaming");
        primary().server().snapshotSave(snapshot);
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            primary().put(Side.key(1), "lost");
            Pair.caughtUp(session);
            SortedMap<String, String> before = standby().content();
            primary().server().restore(snapshot);
            assertThatThrownBy(() -> session.awaitEnd(Pair.SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("--accept new-history");
            assertThat(standby().content()).isEqualTo(before);
        }
    }

    @Test
    void a_restored_primary_whose_revision_was_bumped() throws Exception {
        assumeFalse(binary().version().startsWith("3.4."), "etcd 3.4 cannot bump the revision of a snapshot");
        primary().load(100);
        pair().once();
        Path snapshot = folder.resolve("bumped");
        primary().server().snapshotSave(snapshot);
        for (int i = 0; i < 50; i++) {
            primary().put(Side.key(i), "later" + i);
        }
        pair().once();
        primary().server().restore(snapshot, 1_000_000);
        pair().refuses("--accept new-history");
        primary().compact();
        pair().refuses("--accept new-history");
    }

    @Test
    void a_standby_whose_role_is_primary() {
        primary().load(20);
        Site.at(standby().store()).promote();
        pair().refuses("demote");
    }

    @Test
    void the_sides_swapped_after_a_failover() throws Exception {
        primary().load(20);
        pair().once();
        pair().swapped().refuses("swapped");
        Site.at(standby().store()).promote();
        standby().put(Side.key(1), "after the failover");
        pair().refuses("PRIMARY");
        Site.at(primary().store()).demote();
        pair().refuses("PRIMARY");
        pair().swapped().once();
        pair().assertEqual();
        pair().refuses("PRIMARY");
    }

    private void restoredAfterFiftyMoreChanges() throws InterruptedException {
        primary().load(100);
        pair().once();
        Path snapshot = folder.resolve("older");
        primary().server().snapshotSave(snapshot);
        for (int i = 0; i < 50; i++) {
            primary().put(Side.key(i), "later" + i);
        }
        pair().once();
        primary().server().restore(snapshot);
    }
}
