package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.snapshot.TestSite.Saved;
import io.drkit.mirror.MirrorStatus;
import io.drkit.site.Promotion;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a mirror makes of a seed. */
class EtcdStandbySeederTest extends OnSeeds {

    @Test
    void a_mirror_goes_on_from_the_seed_and_copies_nothing() throws Exception {
        String primaryId = primary.becomePrimary(3);
        primary.loadRecorded();
        primary.put("compact_rev_key", "7");
        primary.put("/registry/configmaps/ns/changed", "before");
        primary.put("/registry/configmaps/ns/deleted", "before");
        Saved saved = primary.save(folder.resolve("saved"));
        primary.put("/registry/configmaps/ns/changed", "after");
        primary.delete("/registry/configmaps/ns/deleted");
        primary.put("/registry/configmaps/ns/new", "after");
        primary.delete("/registry/pods/none");

        Seed seed = seed(saved, SeedOptions.defaults());

        assertThat(seed.sourceId()).isEqualTo(primaryId);
        assertThat(seed.epoch()).isEqualTo(3);
        assertThat(seed.sourceRevision()).isEqualTo(saved.manifest().revision());
        assertThat(seed.revokedLeases()).isPositive();
        assertThat(new EtcdSnapshotVerifier(Scratches.of(binary()))
                        .verify(seeds().file(seed.snapshot()), seed.snapshot())
                        .differences())
                .isEmpty();
        try (TestSite standby = serve(seed)) {
            assertThat(Site.at(standby.store()).identity())
                    .hasValue(seed.snapshot().siteId());
            assertThat(seed.snapshot().siteId()).isNotEqualTo(primaryId);
            assertThat(Site.at(standby.store()).role()).hasValue(new SiteRole(Role.STANDBY, 3));
            assertThat(standby.others())
                    .containsExactly("/drkit/mirror/default/checkpoint", "/drkit/role", "/drkit/site");
            assertThat(standby.server().etcdctl("lease", "list")).contains("found 0 leases");
            assertThat(mirror(primary, standby)).satisfies(status -> {
                assertThat(status.copied()).isZero();
                assertThat(status.appliedKeys()).isEqualTo(3);
                assertThat(status.strangers()).isZero();
            });
            assertConsistent(primary, standby);
            primary.put("/registry/configmaps/ns/later", "x");
            assertThat(mirror(primary, standby).copied()).isZero();
            assertConsistent(primary, standby);
        }
    }

    @Test
    void keys_leased_at_the_primary_are_not_in_the_seed_and_do_not_disturb_the_mirror() throws Exception {
        primary.becomePrimary(1);
        var lease = primary.store().grantLease(Duration.ofMinutes(10));
        primary.put("/registry/configmaps/ns/kept", "x");
        primary.putLeased("/registry/events/ns/vanishes", "x", lease);
        primary.putLeased("/registry/events/ns/loses-its-lease", "x", lease);
        Saved saved = primary.save(folder.resolve("saved"));
        primary.put("/registry/events/ns/loses-its-lease", "y");
        primary.delete("/registry/events/ns/vanishes");
        Seed seed = seed(saved, SeedOptions.defaults());
        try (TestSite standby = serve(seed)) {
            assertThat(standby.registry()).containsOnlyKeys("/registry/configmaps/ns/kept");
            assertThat(mirror(primary, standby).copied()).isZero();
            assertThat(standby.registry())
                    .containsOnlyKeys("/registry/configmaps/ns/kept", "/registry/events/ns/loses-its-lease");
            assertConsistent(primary, standby);
        }
    }

    @Test
    void a_primary_that_compacted_past_the_seed_is_compared_with_it_and_nothing_is_lost() throws Exception {
        primary.becomePrimary(1);
        for (int i = 0; i < 30; i++) {
            primary.put("/registry/configmaps/ns/" + i, "before");
        }
        Saved saved = primary.save(folder.resolve("saved"));
        primary.put("/registry/configmaps/ns/1", "after");
        primary.delete("/registry/configmaps/ns/2");
        primary.store().compact(primary.put("/registry/configmaps/ns/new", "after"));
        Seed seed = seed(saved, SeedOptions.builder().primary(primary.store()).build());
        try (TestSite standby = serve(seed)) {
            MirrorStatus status = mirror(primary, standby);
            assertThat(status.copied()).isPositive();
            assertThat(status.appliedKeys()).isEqualTo(3);
            assertConsistent(primary, standby);
        }
    }

    @Test
    void a_primary_that_was_a_standby_before_seeds_one_without_its_old_records() throws Exception {
        try (TestSite first = TestSite.start(EtcdServer.builder().binary(binary()))) {
            first.becomePrimary(1);
            first.put("/registry/configmaps/ns/a", "x");
            primary.put("/registry/configmaps/ns/a", "its own, to be set aside");
            mirror(first, primary);
            assertThat(Promotion.promote(primary.store(), first.store()).isComplete())
                    .isTrue();
            assertThat(primary.others()).anyMatch(name -> name.startsWith("/drkit/quarantine/"));
            String firstId = Site.at(first.store()).identity().orElseThrow();
            primary.put("/registry/configmaps/ns/b", "x");
            Saved saved = primary.save(folder.resolve("saved"));
            primary.put("/registry/configmaps/ns/c", "x");
            Seed seed = seed(saved, SeedOptions.builder().siteId(firstId).build());
            try (TestSite standby = serve(seed)) {
                assertThat(Site.at(standby.store()).identity()).hasValue(firstId);
                assertThat(Site.at(standby.store()).role()).hasValue(new SiteRole(Role.STANDBY, 2));
                assertThat(standby.others())
                        .containsExactly("/drkit/mirror/default/checkpoint", "/drkit/role", "/drkit/site");
                MirrorStatus status = mirror(primary, standby);
                assertThat(status.copied()).isZero();
                assertThat(status.appliedKeys()).isEqualTo(1);
                assertConsistent(primary, standby);
            }
        }
    }
}
