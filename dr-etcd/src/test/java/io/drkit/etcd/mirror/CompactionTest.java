package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.RangeRequest;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Compaction is routine: a Kubernetes etcd is compacted every five minutes, whatever the mirror is doing. */
class CompactionTest extends OnRealEtcd {

    @Test
    void reconciles_after_the_primary_was_compacted_while_the_mirror_was_down() throws Exception {
        primary().load(500);
        pair().once();
        primary().put(Side.key(1), "changed");
        primary().delete(Side.key(2));
        primary().put("/registry/new", "new");
        primary().compact();
        // Deletions at the very revision of a compaction are the first to be forgotten.
        primary().delete(Side.key(3));
        primary().compact();
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            pair().assertEqual();
            assertThat(session.status().appliedKeys())
                    .as("writes only what differs")
                    .isEqualTo(4);
        }
    }

    @Test
    void copies_although_the_primary_changes_and_is_compacted_all_the_time() throws Exception {
        primary().load(2_000);
        AtomicBoolean changing = new AtomicBoolean(true);
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<?> changes = other.submit(() -> {
            for (int i = 0; changing.get(); i++) {
                primary().delete(Side.key(i * 7 % 2_000));
                long revision = primary().put(Side.key(i * 13 % 2_500), "changed" + i);
                if (i > 110) {
                    primary().store().compact(revision - 200);
                }
            }
        });
        try (MirrorSession session = pair().mirror(Pair.options().pageSize(20).maxShrink(1))) {
            Pair.await(session, State.STREAMING);
            changing.set(false);
            changes.get(30, TimeUnit.SECONDS);
            Pair.caughtUp(session);
            pair().assertEqual();
        } finally {
            changing.set(false);
            other.shutdownNow();
        }
    }

    @Test
    void copies_a_primary_at_rest_whose_every_revision_was_compacted() throws Exception {
        primary().load(300);
        primary().put("/elsewhere", "x");
        primary().compact();
        pair().once(Pair.options().pageSize(20));
        pair().assertEqual();
    }

    @Test
    void compacts_a_standby_that_nobody_else_compacts() throws Exception {
        primary().load(10);
        try (MirrorSession session = pair().mirror(Pair.options().standbyCompaction(Duration.ofMillis(200)))) {
            Pair.caughtUp(session);
            long old = standby().revision();
            for (int i = 0; i < 10; i++) {
                primary().put(Side.key(1), "v" + i);
            }
            Pair.caughtUp(session);
            Awaitility.await().atMost(Pair.SOON).until(() -> isCompacted(old));
            primary().put(Side.key(2), "after");
            Pair.caughtUp(session);
        }
        pair().assertEqual();
    }

    private boolean isCompacted(long revision) {
        try {
            standby().store().range(RangeRequest.of(KeyRange.ALL, revision, 1));
            return false;
        } catch (CompactedException e) {
            return true;
        }
    }
}
