package io.drkit.testkit.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volume.Claim;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.ReplicationPhase;
import io.drkit.volume.ReplicationStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PvcReplicator} must do, seen by the data of the claims. A backend's test extends this and says how to reach the backend and, around it,
 * the two sites. Where the backend syncs by itself once a claim is protected, that may happen at any time.
 */
public abstract class PvcReplicatorContract {

    /** The clocks of clusters tell whole seconds. */
    private static final Duration CLOCKS = Duration.ofSeconds(2);

    protected Claim data;

    /** The backend under test, from {@link #source} to {@link #destination}; the same for all calls within a test. */
    protected abstract PvcReplicator replicator();

    protected abstract VolumeSite source();

    protected abstract VolumeSite destination();

    @BeforeEach
    void makeClaim() {
        data = new Claim(source().namespace().name(), "data");
        source().namespace().create(Manifests.claim("data", "app: shop"));
        source().write("data", "one", "1");
    }

    @Test
    void what_was_written_before_a_sync_is_at_the_destination_after_it_and_what_was_deleted_is_not() {
        replicator().protect(data);
        source().write("data", "two", "2");
        replicator().sync(data);
        source().write("data", "two", "2, changed");
        source().delete("data", "one");
        source().write("data", "deep/er", "3");
        Instant before = Instant.now().minus(CLOCKS);
        RecoveryPoint point = replicator().sync(data);
        assertThat(destination().read("data")).isEqualTo(source().read("data")).containsOnlyKeys("two", "deep/er");
        assertThat(point.asOf()).isBetween(before, Instant.now());
        assertThat(point.age(Instant.now())).isPresent();
    }

    @Test
    void protecting_again_changes_nothing_and_loses_nothing() {
        replicator().protect(data);
        RecoveryPoint point = replicator().sync(data);
        ReplicationStatus again = replicator().protect(data);
        assertThat(again.phase()).isIn(ReplicationPhase.IDLE, ReplicationPhase.SYNCING);
        assertThat(again.recoveryPoint()).isEqualTo(point);
        replicator().sync(data);
        assertThat(destination().read("data")).isEqualTo(source().read("data"));
    }

    @Test
    void the_status_tells_how_it_stands() {
        assertThat(replicator().status(data).phase()).isEqualTo(ReplicationPhase.UNPROTECTED);
        replicator().protect(data);
        assertThat(replicator().status(data).phase())
                .isIn(ReplicationPhase.STARTING, ReplicationPhase.IDLE, ReplicationPhase.SYNCING);
        RecoveryPoint point = replicator().sync(data);
        replicator().record(data, Map.of("Deployment shop", 3));
        ReplicationStatus status = replicator().status(data);
        assertThat(status.phase()).isEqualTo(ReplicationPhase.IDLE);
        assertThat(status.recoveryPoint()).isEqualTo(point);
        assertThat(status.workloads()).containsExactly(Map.entry("Deployment shop", 3));
        assertThat(status.lastSync()).isNotNull();
        assertThat(status.notes()).isEmpty();
    }

    @Test
    void what_is_recorded_is_known_and_stays_the_same() {
        replicator().protect(data);
        RecoveryPoint point = replicator().sync(data);
        assertThat(replicator().record(data, Map.of())).isEqualTo(Optional.of(point));
        assertThat(replicator().record(data, Map.of())).isEqualTo(Optional.of(point));
    }

    @Test
    void a_look_at_the_source_changes_nothing() {
        replicator().checkSource(data);
        assertThat(replicator().status(data).phase()).isEqualTo(ReplicationPhase.UNPROTECTED);
        replicator().protect(data);
        RecoveryPoint point = replicator().sync(data);
        source().write("data", "two", "2");
        replicator().checkSource(data);
        assertThat(replicator().status(data).recoveryPoint()).isEqualTo(point);
        assertThat(destination().read("data")).containsOnlyKeys("one");
    }

    @Test
    void a_claim_that_is_not_protected_or_does_not_exist_is_refused_and_nothing_is_made() {
        Claim misspelt = new Claim(data.namespace(), "date");
        assertThatThrownBy(() -> replicator().protect(misspelt))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("date");
        assertThatThrownBy(() -> replicator().checkSource(misspelt)).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> replicator().sync(data)).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> replicator().handOver(data)).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> replicator().restore(data, "")).isInstanceOf(UnsafeToProceedException.class);
        assertThat(replicator().status(data).phase()).isEqualTo(ReplicationPhase.UNPROTECTED);
    }

    @Test
    void after_a_hand_over_the_destination_has_all_and_the_source_can_push_no_more() {
        replicator().protect(data);
        replicator().sync(data);
        replicator().handOver(data);
        replicator().handOver(data);
        assertThat(replicator().status(data).phase()).isEqualTo(ReplicationPhase.SWITCHED);
        assertThat(destination().read("data")).containsOnlyKeys("one");
        destination().write("data", "new", "at the destination");
        assertThatThrownBy(() -> replicator().sync(data)).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> replicator().protect(data)).isInstanceOf(UnsafeToProceedException.class);
        assertThat(destination().read("data")).containsOnlyKeys("one", "new");
    }

    @Test
    void and_back_again() {
        replicator().protect(data);
        replicator().sync(data);
        replicator().handOver(data);
        destination().write("data", "new", "at the destination");
        PvcReplicator back = replicator().reversed();
        back.protect(data);
        back.sync(data);
        assertThat(source().read("data")).isEqualTo(destination().read("data"));
        back.handOver(data);
        assertThat(back.status(data).phase()).isEqualTo(ReplicationPhase.SWITCHED);
        source().write("data", "newer", "at the source again");
        replicator().protect(data);
        replicator().sync(data);
        assertThat(destination().read("data")).isEqualTo(source().read("data")).hasSize(3);
    }

    @Test
    void a_restore_brings_the_last_complete_sync_and_nothing_later() {
        replicator().protect(data);
        RecoveryPoint point = replicator().sync(data);
        source().write("data", "late", "never synced");
        RecoveryPoint restored = replicator().restore(data, "");
        assertThat(restored.asOf()).isEqualTo(point.asOf());
        assertThat(destination().read("data")).containsOnlyKeys("one");
        assertThat(replicator().restore(data, "").asOf()).isEqualTo(point.asOf());
        assertThat(replicator().status(data).phase()).isEqualTo(ReplicationPhase.SWITCHED);
        assertThatThrownBy(() -> replicator().sync(data)).isInstanceOf(UnsafeToProceedException.class);
    }

    @Test
    void a_restore_can_go_back_further() {
        replicator().protect(data);
        RecoveryPoint early = replicator().sync(data);
        source().write("data", "two", "a mistake, say");
        replicator().sync(data);
        assertThat(replicator().status(data).earlier()).contains(early);
        RecoveryPoint restored = replicator().restore(data, early.image());
        assertThat(restored).isEqualTo(early);
        assertThat(destination().read("data")).containsOnlyKeys("one");
    }

    @Test
    void after_a_restore_the_old_source_can_be_brought_level() {
        replicator().protect(data);
        replicator().sync(data);
        source().write("data", "late", "never synced");
        replicator().restore(data, "");
        destination().write("data", "new", "after the failover");
        PvcReplicator back = replicator().reversed();
        back.protect(data);
        back.sync(data);
        assertThat(source().read("data")).isEqualTo(destination().read("data")).containsOnlyKeys("one", "new");
    }

    @Test
    void a_restore_without_any_sync_is_refused_and_changes_nothing() {
        replicator().protect(data);
        Claim other = new Claim(data.namespace(), "other");
        source().namespace().create(Manifests.claim("other"));
        assertThatThrownBy(() -> replicator().restore(other, "")).isInstanceOf(UnsafeToProceedException.class);
        replicator().sync(data);
        assertThatThrownBy(() -> replicator().restore(data, "no-such-snapshot"))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("no-such-snapshot");
        replicator().sync(data);
    }

    @Test
    void the_end_of_the_protection_leaves_the_claims_as_they_are() {
        replicator().protect(data);
        replicator().sync(data);
        replicator().unprotect(data);
        replicator().unprotect(data);
        assertThat(replicator().status(data).phase()).isEqualTo(ReplicationPhase.UNPROTECTED);
        assertThat(source().read("data")).containsOnlyKeys("one");
        assertThat(destination().read("data")).containsOnlyKeys("one");
        replicator().protect(data);
        source().write("data", "two", "2");
        replicator().sync(data);
        assertThat(destination().read("data")).containsOnlyKeys("one", "two");
    }

    @Test
    void what_uses_the_claim_at_the_destination_is_refused() {
        destination().namespace().create(Manifests.claim("data"));
        destination().namespace().create(Manifests.deployment("other", 1, "data"));
        assertThatThrownBy(() -> replicator().protect(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("other");
        assertThat(replicator().status(data).phase()).isEqualTo(ReplicationPhase.UNPROTECTED);
    }
}
