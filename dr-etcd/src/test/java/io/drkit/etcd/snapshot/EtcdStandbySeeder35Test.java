package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.etcd.snapshot.TestSite.Saved;
import io.drkit.mirror.MirrorStatus;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same on etcd 3.5. */
class EtcdStandbySeeder35Test extends EtcdStandbySeederTest {

    @BeforeAll
    static void requireEtcd35() {
        assumeTrue(EtcdBinary.v35().isPresent(), "etcd 3.5 is absent: run script/etcd");
    }

    @Override
    EtcdBinary binary() {
        return EtcdBinary.v35().orElseThrow();
    }

    @Test
    void a_seed_whose_revision_is_raised_as_it_is_restored_is_gone_on_from_as_well() throws Exception {
        primary.becomePrimary(1);
        primary.put("/registry/configmaps/ns/a", "before");
        primary.put("/registry/configmaps/ns/deleted", "before");
        Saved saved = primary.save(folder.resolve("saved"));
        primary.put("/registry/configmaps/ns/a", "after");
        primary.delete("/registry/configmaps/ns/deleted");
        Seed seed = seed(saved, SeedOptions.defaults());
        try (TestSite standby = TestSite.start(EtcdServer.builder()
                .binary(binary())
                .restoredFrom(seeds().file(seed.snapshot()))
                .bumpRevision(1_000_000))) {
            MirrorStatus status = mirror(primary, standby);
            assertThat(status.copied()).isZero();
            assertThat(status.appliedKeys()).isEqualTo(2);
            assertConsistent(primary, standby);
        }
    }
}
