package io.drkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.KeyRange;
import io.drkit.restore.MortalNode.Fate;
import io.drkit.restore.RestoreReport.Outcome;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.testkit.etcd.EtcdBinary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A snapshot of the site itself, from before roles were changed. */
class RestoredRoleTest {

    private static RestoreLab lab;

    @BeforeAll
    static void start() {
        lab = RestoreLab.onThisMachine(EtcdBinary.installed(), 1);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static void become(Role role, long epoch) {
        lab.site().awaitHealthy();
        lab.site().store(0).put("/drkit/role", "{\"role\":\"" + role + "\",\"epoch\":" + epoch + "}");
    }

    private static Optional<SiteRole> role() {
        lab.site().awaitHealthy();
        return Site.at(lab.store().get()).role();
    }

    private static RestoreTarget saved(Optional<SiteRole> now) throws IOException {
        long revision = lab.site().store(0).revision();
        long keys = lab.site().store(0).count(KeyRange.ALL);
        String name = "at-" + revision + ".db";
        lab.save(name);
        Path file = lab.folder().resolve(name);
        return new RestoreTarget(
                file, RestoreLab.manifest(file, revision, keys, RestoreLab.SITE), Optional.of(RestoreLab.SITE), now);
    }

    private static RestoreReport restore(RestoreTarget target) {
        return lab.restore().run(target, lab.store());
    }

    @Test
    void a_standby_does_not_become_a_primary_by_its_own_old_snapshot() throws IOException {
        become(Role.PRIMARY, 1);
        RestoreTarget target = saved(Optional.of(new SiteRole(Role.STANDBY, 2)));
        become(Role.STANDBY, 2);
        RestoreReport report = restore(target);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.UNDONE);
        assertThat(report.why().orElseThrow()).contains("STANDBY in epoch 2", "PRIMARY in epoch 1", "acceptOtherRole");
        assertThat(role()).hasValue(new SiteRole(Role.STANDBY, 2));

        RestoreReport accepted = SnapshotRestore.on(
                        lab.site().accesses(), lab.options().acceptOtherRole().build(), said -> {})
                .run(target, lab.store());
        assertThat(accepted.isRestored()).as(accepted.toString()).isTrue();
        assertThat(role()).hasValue(new SiteRole(Role.PRIMARY, 1));
    }

    @Test
    void a_primary_does_not_go_back_to_an_earlier_epoch_nor_to_none() throws IOException {
        lab.site().awaitHealthy();
        become(Role.PRIMARY, 1);
        RestoreTarget target = saved(Optional.of(new SiteRole(Role.PRIMARY, 3)));
        become(Role.PRIMARY, 3);
        assertThat(restore(target).outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(role()).hasValue(new SiteRole(Role.PRIMARY, 3));
    }

    @Test
    void a_run_that_goes_on_knows_the_role_that_the_site_had() throws IOException {
        become(Role.PRIMARY, 1);
        RestoreTarget target = saved(Optional.of(new SiteRole(Role.STANDBY, 2)));
        become(Role.STANDBY, 2);
        Fate fate = Fate.after("start etcd");
        lab.restore(fate.over(lab.site().accesses())).run(target, lab.store());
        assertThat(fate.struck()).isTrue();
        RestoreTarget asSeenNow =
                new RestoreTarget(target.file(), target.snapshot(), target.siteId(), Optional.empty());
        assertThat(restore(asSeenNow).outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(role()).hasValue(new SiteRole(Role.STANDBY, 2));
    }

    @Test
    void a_standby_that_stays_one_goes_back() throws IOException {
        become(Role.STANDBY, 1);
        RestoreTarget target = saved(Optional.of(new SiteRole(Role.STANDBY, 2)));
        become(Role.STANDBY, 2);
        RestoreReport report = restore(target);
        assertThat(report.isRestored()).as(report.toString()).isTrue();
        assertThat(role()).hasValue(new SiteRole(Role.STANDBY, 1));
    }
}
