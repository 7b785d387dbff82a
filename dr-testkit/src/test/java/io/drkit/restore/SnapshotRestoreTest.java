package io.drkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.KeyRange;
import io.drkit.node.NodeAccess;
import io.drkit.restore.RestoreReport.NodeReport;
import io.drkit.restore.RestoreReport.NodeState;
import io.drkit.restore.RestoreReport.Outcome;
import io.drkit.snapshot.Snapshot;
import io.drkit.testkit.controlplane.EtcdSite;
import io.drkit.testkit.etcd.EtcdBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@link SnapshotRestore} on nodes that are folders, with a real etcd each. */
class SnapshotRestoreTest {

    private static RestoreLab lab;

    @BeforeAll
    static void start() {
        lab = RestoreLab.onThisMachine(EtcdBinary.installed(), 1);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @Test
    void a_plan_changes_nothing_and_says_what_would_be_done() {
        Map<String, String> before = lab.files();
        RestorePlan plan = refreshed().plan(lab.target());
        assertThat(plan.toString())
                .contains("restore snapshot.db of 2026-11-30T10:00:00Z")
                .contains("member cp-0")
                .contains("kube-apiserver.yaml, kube-controller-manager.yaml, kube-scheduler.yaml, etcd.yaml");
        assertThat(plan.underWay()).isEmpty();
        assertThat(plan.nodes().get(0).running())
                .containsExactlyInAnyOrder("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler");
        assertThat(lab.files()).isEqualTo(before);
    }

    @Test
    void every_key_of_the_snapshot_is_there_and_later_ones_are_gone_and_the_old_data_is_kept() throws IOException {
        lab.site().awaitHealthy();
        lab.writeLater();
        AtomicInteger workloads = new AtomicInteger();
        String manifest = Files.readString(lab.site().path(0, EtcdSite.MANIFEST));
        RestoreOptions options =
                lab.options().again().workloads(workloads::incrementAndGet).build();
        RestoreReport report =
                SnapshotRestore.on(lab.site().accesses(), options, said -> {}).run(lab.target(), lab.store());
        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.RESTORED);
        lab.requireRestored();
        assertThat(workloads).hasValue(1);
        assertThat(lab.site().folder(0).resolve("kubelet-restarts")).exists();
        assertThat(lab.site().path(0, EtcdSite.MANIFEST)).hasContent(manifest);
        assertThat(lab.site().path(0, "/etc/kubernetes/.drkit-restore")).doesNotExist();
        NodeReport node = report.nodes().get(0);
        assertThat(node.state()).isEqualTo(NodeState.RESTORED);
        assertThat(Path.of(node.oldData().orElseThrow()).resolve("snap/db")).exists();
        assertThat(node.detail()).matches(".* takes [1-9][0-9]* MiB in .*/.drkit-restore");
        assertThat(refreshed().plan(lab.target()).notes())
                .anyMatch(note -> note.matches("earlier restores have set aside [1-9][0-9]* MiB on cp-0, in .*"));
        Path backup = Path.of(node.backup().orElseThrow());
        assertThat(backup.resolve("pki/ca.key")).hasContent("the key of the authority");
        assertThat(Files.getPosixFilePermissions(backup.resolve("../..").normalize()))
                .hasSize(3);

        lab.site().store(0).put("/registry/after", "x");
        RestoreReport again = lab.restore().run(lab.target(), lab.store());
        assertThat(again.isRestored()).isTrue();
        assertThat(again.nodes().get(0).detail()).contains("an earlier run");
        assertThat(lab.site().store(0).get("/registry/after")).isEqualTo("x");
        assertThat(lab.restore().plan(lab.target()).next()).startsWith("do nothing");
        assertThatThrownBy(() -> lab.restore().undo()).hasMessageContaining("No restore is under way");
    }

    @Test
    void a_file_that_is_not_what_its_manifest_says_is_refused_before_anything_is_done() throws IOException {
        Map<String, String> before = lab.files();
        byte[] content = Files.readAllBytes(lab.file());
        Path broken = lab.folder().resolve("broken.db");
        Files.write(broken, Arrays.copyOf(content, content.length - 1));
        assertRefused(new RestoreTarget(broken, lab.snapshot(), Optional.empty(), Optional.empty()), "cut off");
        content[content.length / 2] ^= 1;
        Files.write(broken, content);
        assertRefused(new RestoreTarget(broken, lab.snapshot(), Optional.empty(), Optional.empty()), "was changed");
        assertThat(lab.files()).isEqualTo(before);
    }

    @Test
    void another_sites_snapshot_is_refused_unless_that_is_asked_for() {
        RestoreTarget foreign = new RestoreTarget(lab.file(), lab.snapshot(), Optional.of("site-b"), Optional.empty());
        assertThatThrownBy(() -> refreshed().plan(foreign))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("site-a")
                .hasMessageContaining("site-b")
                .hasMessageContaining("acceptOtherSite");
        RestoreOptions accepted = lab.options().again().acceptOtherSite().build();
        RestorePlan plan =
                SnapshotRestore.on(lab.site().accesses(), accepted, said -> {}).plan(foreign);
        assertThat(plan.notes()).anyMatch(note -> note.contains("makes this one it"));
        assertThat(refreshed()
                        .plan(new RestoreTarget(lab.file(), lab.snapshot(), Optional.empty(), Optional.empty()))
                        .notes())
                .anyMatch(note -> note.contains("is not known"));
    }

    private static SnapshotRestore refreshed() {
        return SnapshotRestore.on(lab.site().accesses(), lab.options().again().build(), said -> {});
    }

    @Test
    void a_revision_that_cannot_be_raised_is_said_to_be_so() {
        assumeTrue(EtcdBinary.installed().version().equals("3.4.23"), "needs an etcd whose tool cannot");
        assertThat(refreshed().plan(lab.target()).bumpRevision()).isZero();
        assertThat(refreshed().plan(lab.target()).toString()).contains("watches see time run backwards");
    }

    @Test
    void what_is_no_tool_is_refused() {
        RestoreOptions options = lab.options().again().tool("/bin/true").build();
        assertThatThrownBy(() -> SnapshotRestore.on(lab.site().accesses(), options, said -> {})
                        .plan(lab.target()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("/bin/true is no etcdutl");
    }

    @Test
    void a_control_plane_that_is_said_to_be_stopped_must_be() {
        RestoreOptions options = lab.options().again().controlPlaneStopped().build();
        assertThatThrownBy(() -> SnapshotRestore.on(lab.site().accesses(), options, said -> {})
                        .plan(lab.target()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("is said to be stopped");
    }

    @Test
    void layouts_that_are_not_understood_are_refused() throws IOException {
        Path manifest = lab.site().path(0, EtcdSite.MANIFEST);
        String text = Files.readString(manifest);
        List<NodeAccess> twice = new ArrayList<>(lab.site().accesses());
        twice.add(twice.get(0));
        assertThatThrownBy(() -> SnapshotRestore.on(twice, lab.options().build(), said -> {})
                        .plan(lab.target()))
                .hasMessageContaining("given twice");
        // The kubelet of a folder does not see files with these names.
        for (Map.Entry<String, String> flaw : Map.of(
                        "    - --wal-dir=/wal\n    - --name=cp-0\n", "has --wal-dir",
                        "    - --name=cp-0\n    - --initial-cluster=cp-0=http://a,cp-9=http://b\n",
                                "names the member cp-9",
                        "", "gives etcd no --name")
                .entrySet()) {
            Path other = Files.createDirectories(lab.site().path(0, "/etc/kubernetes/other"));
            Files.writeString(other.resolve("etcd.yaml"), text.replace("    - --name=cp-0\n", flaw.getKey()));
            RestoreOptions options =
                    lab.options().manifests("/etc/kubernetes/other").build();
            assertThatThrownBy(() -> SnapshotRestore.on(lab.site().accesses(), options, said -> {})
                            .plan(lab.target()))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining(flaw.getValue());
            Files.delete(other.resolve("etcd.yaml"));
            assertThatThrownBy(() -> SnapshotRestore.on(lab.site().accesses(), options, said -> {})
                            .plan(lab.target()))
                    .hasMessageContaining("There is no /etc/kubernetes/other/etcd.yaml");
            Files.delete(other);
        }
    }

    @Test
    void gone_members_may_be_named() throws IOException {
        Path other = Files.createDirectories(lab.site().path(0, "/etc/kubernetes/gone"));
        Files.writeString(
                other.resolve("etcd.yaml"),
                Files.readString(lab.site().path(0, EtcdSite.MANIFEST))
                        .replace("    - --name=cp-0\n", "    - --name=cp-0\n    - --initial-cluster=cp-9=http://b\n"));
        RestoreOptions options = lab.options()
                .again()
                .manifests("/etc/kubernetes/gone")
                .goneMembers(Set.of("cp-9"))
                .build();
        assertThat(SnapshotRestore.on(lab.site().accesses(), options, said -> {})
                        .plan(lab.target())
                        .cluster())
                .startsWith("cp-0=http://127.0.0.1:")
                .doesNotContain("cp-9");
        Files.delete(other.resolve("etcd.yaml"));
        Files.delete(other);
    }

    @Test
    void with_a_newer_tool_no_watcher_sees_time_run_backwards() {
        Optional<EtcdBinary> newer = EtcdBinary.v35();
        assumeTrue(newer.isPresent(), "needs etcd 3.5: script/etcd puts it in place");
        try (RestoreLab raised = RestoreLab.onThisMachine(newer.orElseThrow(), 1)) {
            for (int i = 0; i < 50; i++) {
                raised.site().store(0).put("/registry/later", Integer.toString(i));
            }
            long before = raised.site().store(0).revision();
            RestoreOptions options = raised.options().bumpRevision(1_000_000).build();
            RestoreReport report = SnapshotRestore.on(raised.site().accesses(), options, said -> {})
                    .run(raised.target(), raised.store());
            assertThat(report.isRestored()).as(report.toString()).isTrue();
            assertThat(raised.site().store(0).revision())
                    .isGreaterThan(before)
                    .isEqualTo(raised.snapshot().revision() + 1_000_000);
            raised.requireRestored();
        }
    }

    @Test
    void a_store_that_holds_something_else_than_the_snapshot_has_all_put_back() throws IOException {
        lab.site().awaitHealthy();
        lab.writeLater();
        Map<String, String> before = lab.files();
        Snapshot wrong = RestoreLab.manifest(lab.file(), lab.snapshot().revision(), 4711, RestoreLab.SITE);
        RestoreReport report =
                refreshed().run(new RestoreTarget(lab.file(), wrong, Optional.empty(), Optional.empty()), lab.store());
        assertThat(report.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(report.why().orElseThrow()).contains("4711");
        assertThat(report.nodes().get(0).state()).isEqualTo(NodeState.AS_IT_WAS);
        lab.requireUntouched();
        assertThat(lab.site().store(0).count(KeyRange.ALL)).isGreaterThan(0);
        Map<String, String> after = lab.files();
        after.keySet().removeIf(file -> file.contains("/.drkit-restore"));
        before.keySet().removeIf(file -> file.contains("/.drkit-restore"));
        assertThat(after).isEqualTo(before);
    }

    private static void assertRefused(RestoreTarget target, String why) {
        assertThatThrownBy(() -> lab.restore().run(target, lab.store()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(why);
    }
}
