package io.drkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.restore.RestoreReport.Outcome;
import io.drkit.testkit.etcd.EtcdBinary;
import org.junit.jupiter.api.Test;

/** {@link SnapshotRestore} on nodes that are folders, with a real etcd each. */
class SnapshotRestoreTest {

    @Test
    void one_member_is_put_back() {
        try (RestoreLab lab = RestoreLab.onThisMachine(EtcdBinary.installed(), 1)) {
            System.err.println(lab.restore().plan(lab.target()));
            long t = System.nanoTime();
            RestoreReport report = lab.restore().run(lab.target(), lab.store());
            System.err.println(report + " " + (System.nanoTime() - t) / 1_000_000 + " ms");
            assertThat(report.outcome()).isEqualTo(Outcome.RESTORED);
            lab.requireRestored();
        }
    }
}
