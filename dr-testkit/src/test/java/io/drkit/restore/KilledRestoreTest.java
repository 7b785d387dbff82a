package io.drkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.restore.MortalNode.Fate;
import io.drkit.restore.RestoreReport.Outcome;
import io.drkit.snapshot.Snapshot;
import io.drkit.testkit.etcd.EtcdBinary;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The process that restores is killed at every command in turn, and what then is done comes to the same end. */
class KilledRestoreTest {

    private static RestoreLab lab;

    @BeforeAll
    static void start() {
        lab = RestoreLab.onThisMachine(EtcdBinary.installed(), 1);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static SnapshotRestore begin(Fate fate) {
        return SnapshotRestore.on(
                fate.over(lab.site().accesses()), lab.options().again().build(), said -> {});
    }

    private static void run(Fate fate) {
        lab.site().awaitHealthy();
        lab.writeLater();
        try {
            begin(fate).run(lab.target(), lab.store());
        } catch (RuntimeException e) {
            assertThat(fate.struck()).as(e.toString()).isTrue();
        }
    }

    @Test
    void run_again_it_comes_to_the_same_end() {
        boolean struck = true;
        for (int at = 1; struck; at++) {
            Fate fate = Fate.after(at);
            run(fate);
            struck = fate.struck();
            boolean begun = !lab.restore().plan(lab.target()).underWay().isEmpty();
            RestoreReport report = (begun ? lab.restore() : begin(Fate.none())).run(lab.target(), lab.store());
            assertThat(report.outcome())
                    .as("after " + at + ": " + fate.last() + ", " + report)
                    .isEqualTo(Outcome.RESTORED);
            lab.requireRestored();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "claim,                    note that it is taken back",
        "upload,                   claim",
        "restore beside the data,  start what ran",
        "stop kube-apiserver,      put the old data back",
        "stop etcd,                clear up",
        "swap the data,            stop etcd to take",
        "start etcd,               put the old data back"
    })
    void undone_it_is_as_it_was_also_when_undoing_is_killed(String command, String undoing) {
        Map<String, String> before = files();
        Fate fate = Fate.after(command);
        run(fate);
        assertThat(fate.struck()).isTrue();
        Fate second = Fate.after(undoing);
        try {
            begin(second).undo();
        } catch (RuntimeException e) {
            assertThat(second.struck()).as(e.toString()).isTrue();
        }
        if (!lab.restore().plan(lab.target()).underWay().isEmpty()) {
            assertThat(lab.restore().undo().outcome()).isEqualTo(Outcome.UNDONE);
        }
        lab.requireUntouched();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void run_again_while_it_is_undone_it_goes_on_undoing() {
        Map<String, String> before = files();
        run(Fate.after("start etcd"));
        begin(Fate.after("stop etcd to take")).undo();
        RestoreReport report = lab.restore().run(lab.target(), lab.store());
        assertThat(report.outcome()).isEqualTo(Outcome.UNDONE);
        lab.requireUntouched();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void served_it_is_not_undone() {
        run(Fate.after("note that it is served"));
        assertThatThrownBy(() -> lab.restore().undo())
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("is served already");
        assertThat(lab.restore().run(lab.target(), lab.store()).isRestored()).isTrue();
        lab.requireRestored();
    }

    @Test
    void served_it_is_finished_without_the_snapshot_also_when_finishing_is_killed() {
        assertThatThrownBy(() -> lab.restore().finish())
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("nothing to finish");
        run(Fate.after("swap the data"));
        assertThatThrownBy(() -> lab.restore().finish()).hasMessageContaining("nothing to finish");
        begin(Fate.after("note that it is served")).run(lab.target(), lab.store());
        Fate second = Fate.after("start the control plane");
        assertThat(begin(second).finish().isRestored()).isFalse();
        assertThat(second.struck()).isTrue();
        assertThat(lab.restore().finish().isRestored()).isTrue();
        assertThat(lab.restore().plan(lab.target()).underWay()).isEmpty();
        lab.requireRestored();
    }

    /** Without what earlier restores kept. */
    private static Map<String, String> files() {
        lab.site().awaitHealthy();
        Map<String, String> files = lab.files();
        files.keySet().removeIf(file -> file.contains("/.drkit-restore"));
        return files;
    }

    @Test
    void an_unfinished_one_of_another_snapshot_is_refused() throws IOException {
        run(Fate.after("restore beside the data"));
        assertThat(lab.restore().plan(lab.target()).underWay()).isNotEmpty();
        lab.save("other.db");
        Snapshot other = RestoreLab.manifest(lab.folder().resolve("other.db"), 1, 1, RestoreLab.SITE);
        RestoreTarget target =
                new RestoreTarget(lab.folder().resolve("other.db"), other, Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> lab.restore().plan(target))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("a restore of another snapshot, snapshot.db, is under way");
        assertThat(lab.restore().undo().outcome()).isEqualTo(Outcome.UNDONE);
        lab.requireUntouched();
    }
}
