package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.snapshot.SeedOptions.Users;
import io.drkit.etcd.snapshot.TestSite.Saved;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.snapshot.SnapshotSource.Progress;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is made a standby in odd cases, and what is not, or only when somebody says so. */
class EtcdStandbySeederGuardsTest extends OnSeeds {

    @Test
    void a_site_without_identity_gets_one_if_it_is_named_and_is_refused_otherwise() throws Exception {
        primary.put("/registry/a", "x");
        Saved saved = primary.save(folder.resolve("saved"));
        assertThatThrownBy(() -> seed(saved, SeedOptions.defaults()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("had no identity yet");
        Seed seed = seed(saved, SeedOptions.builder().primary(primary.store()).build());
        assertThat(Site.at(primary.store()).identity()).hasValue(seed.sourceId());
        try (TestSite standby = serve(seed)) {
            assertThat(mirror(primary, standby).copied()).isZero();
        }
    }

    @Test
    void a_snapshot_of_a_standby_is_refused() throws Exception {
        Site.at(primary.store()).identify();
        Site.at(primary.store()).assume(new SiteRole(Role.STANDBY, 4));
        refused(primary.save(folder.resolve("saved")), SeedOptions.defaults(), "STANDBY in epoch 4");
    }

    @Test
    void a_snapshot_of_another_site_than_the_primary_is_refused() throws Exception {
        primary.becomePrimary(1);
        Saved saved = primary.save(folder.resolve("saved"));
        primary.wipe();
        primary.becomePrimary(1);
        refused(saved, SeedOptions.builder().primary(primary.store()).build(), "is of site");
    }

    @Test
    void a_snapshot_of_a_history_that_the_primary_does_not_have_any_more_is_refused() throws Exception {
        try (TestSite restored = TestSite.start(EtcdServer.builder().binary(binary()))) {
            restored.becomePrimary(1);
            restored.put("/registry/a", "x");
            Saved before = restored.save(folder.resolve("before"));
            restored.put("/registry/b", "lost");
            Saved saved = restored.save(folder.resolve("saved"));
            restored.server().restore(before.file());
            restored.put("/registry/c", "another history");
            restored.put("/registry/c", "and longer");
            refused(saved, SeedOptions.builder().primary(restored.store()).build(), "is not of the history");
        }
    }

    @Test
    void the_identity_of_the_primary_is_no_standbys() throws Exception {
        String id = primary.becomePrimary(1);
        refused(
                primary.save(folder.resolve("saved")),
                SeedOptions.builder().siteId(id).build(),
                "cannot have the identity of its primary");
    }

    @Test
    void another_file_than_the_manifests_is_refused() throws Exception {
        primary.becomePrimary(1);
        Saved one = primary.save(folder.resolve("saved"));
        primary.put("/registry/a", "x");
        Saved other = primary.save(folder.resolve("saved"));
        assertThatThrownBy(() ->
                        seeder().prepare(other.file(), one.manifest(), seeds(), SeedOptions.defaults(), Progress.NONE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("is not what the manifest");
    }

    @Test
    void what_becomes_of_users_has_to_be_said() throws Exception {
        try (TestSite withUsers = TestSite.startWithUsers(EtcdServer.builder().binary(binary()))) {
            withUsers.becomePrimary(1);
            withUsers.put("/registry/a", "x");
            Saved saved = withUsers.save(folder.resolve("saved"));
            refused(saved, SeedOptions.defaults(), "--users keep or remove");

            Seed kept = seed(saved, SeedOptions.builder().users(Users.KEEP).build());
            assertThat(kept.snapshot().users()).isTrue();
            try (TestSite standby = TestSite.startWithUsers(
                    EtcdServer.builder().binary(binary()).restoredFrom(seeds().file(kept.snapshot())))) {
                assertThat(mirror(withUsers, standby).copied()).isZero();
            }

            Seed removed = seed(saved, SeedOptions.builder().users(Users.REMOVE).build());
            assertThat(removed.snapshot().users()).isFalse();
            try (TestSite standby = serve(removed)) {
                assertThat(mirror(withUsers, standby).copied()).isZero();
                assertThat(Stream.of("user", "role")
                                .map(each -> standby.server().etcdctl(each, "list")))
                        .allMatch(String::isBlank);
            }
        }
    }

    @Test
    void a_site_whose_role_was_never_recorded_is_a_primary_of_epoch_1() throws Exception {
        Site.at(primary.store()).identify();
        primary.put("/registry/a", "x");
        Seed seed = seed(primary.save(folder.resolve("saved")), SeedOptions.defaults());
        try (TestSite standby = serve(seed)) {
            assertThat(Site.at(standby.store()).role()).hasValue(new SiteRole(Role.STANDBY, 1));
            assertThat(mirror(primary, standby).copied()).isZero();
        }
    }

    @Test
    void a_mirror_of_a_prefix_that_holds_drkits_own_keys_goes_on_as_well() throws Exception {
        primary.becomePrimary(1);
        primary.put("/a", "x");
        primary.put("b", "out of scope");
        primary.commit(Operation.put(Bytes.copyOf((byte) 0xff, (byte) 0xff), Bytes.utf8("out of scope")));
        MirrorScope scope = MirrorScope.prefix("/");
        Seed seed = seed(
                primary.save(folder.resolve("saved")),
                SeedOptions.builder().scope(scope).mirror("other").build());
        primary.put("/c", "x");
        try (TestSite standby = serve(seed)) {
            assertThat(standby.others())
                    .containsExactly("/a", "/drkit/mirror/other/checkpoint", "/drkit/role", "/drkit/site");
            MirrorOptions options = MirrorOptions.builder()
                    .name("other")
                    .lockTimeToLive(Duration.ofSeconds(2))
                    .build();
            try (MirrorSession session = new DefaultKeyMirror(primary.store(), standby.store(), options).start(scope)) {
                assertThat(session.awaitCaughtUp(SOON))
                        .as("%s", session.status())
                        .isTrue();
                assertThat(session.status().copied()).isZero();
            }
            assertThat(standby.others()).contains("/a", "/c").doesNotContain("b");
        }
    }

    @Test
    void a_primary_without_space_seeds_a_standby_that_can_be_written() throws Exception {
        try (TestSite full =
                TestSite.start(EtcdServer.builder().binary(binary()).quotaBytes(1 << 20))) {
            full.becomePrimary(1);
            full.put("/registry/a", "x");
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            full.put("/registry/large/" + i, "x".repeat(100_000));
                        }
                    })
                    .hasMessageContaining("quota");
            assertThat(full.server().etcdctl("alarm", "list")).contains("NOSPACE");
            Saved saved = full.save(folder.resolve("saved"));
            Seed seed = seed(saved, SeedOptions.defaults());
            try (TestSite standby = serve(seed)) {
                assertThat(standby.server().etcdctl("alarm", "list")).isBlank();
                assertThat(mirror(full, standby).copied()).isZero();
            }
        }
    }

    @Test
    void a_standby_that_goes_back_to_its_own_snapshot_is_followed_up_deletions_included() throws Exception {
        primary.becomePrimary(1);
        primary.put("/registry/a", "x");
        primary.put("/registry/b", "x");
        Saved saved = primary.save(folder.resolve("saved"));
        Seed seed = seed(saved, SeedOptions.defaults());
        try (TestSite standby = serve(seed)) {
            primary.put("/registry/c", "x");
            mirror(primary, standby);
            Saved own = standby.save(folder.resolve("own"));
            primary.put("/registry/d", "x");
            primary.delete("/registry/a");
            mirror(primary, standby);
            EtcdServerBuilder restored = EtcdServer.builder().binary(binary()).restoredFrom(own.file());
            try (TestSite back = TestSite.start(
                    binary().version().startsWith("3.5") ? restored.bumpRevision(1_000_000_000) : restored)) {
                primary.delete("/registry/b");
                mirror(primary, back);
                assertConsistent(primary, back);
            }
        }
    }
}
