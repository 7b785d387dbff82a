package io.drkit.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.UnsafeToProceedException;
import io.drkit.file.Sha256;
import io.drkit.keystore.KeyRange;
import io.drkit.node.NodeAccess;
import io.drkit.restore.RestoreOptions;
import io.drkit.restore.RestorePlan;
import io.drkit.restore.RestoreReport;
import io.drkit.restore.RestoreReport.Outcome;
import io.drkit.restore.RestoreTarget;
import io.drkit.restore.SnapshotRestore;
import io.drkit.snapshot.Snapshot;
import io.drkit.testkit.controlplane.EtcdSite;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link SnapshotRestore} over OpenSSH's real server, on nodes with an {@code /etc}, processes, mounts and an etcd of their own. */
class RestoreOverSshTest {

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        assumeTrue(
                OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces: for nodes with an /etc of their own");
        assumeTrue(EtcdBinary.v35().isPresent(), "needs etcd 3.5, with etcdutl: script/etcd puts it in place");
    }

    /** A node has no tools of its own, as with kubeadm: they are where etcd runs. Others have one, perhaps of another version. */
    private static OpenSshServer.Builder bare(OpenSshServer.Builder node) {
        return node.boot("for tool in /usr/bin/etcdctl /usr/local/bin/etcdctl; do\n"
                + "[ ! -e \"$tool\" ] || mount --bind /dev/null \"$tool\"\ndone");
    }

    private static RestoreOptions.Builder options() {
        return RestoreOptions.builder()
                .kubeletRestart("true")
                .readyCommand("pgrep -f /bin/kube-apiserver")
                .steadyFor(Duration.ofMillis(300))
                .bumpRevision(1_000)
                .stopTimeout(Duration.ofSeconds(30))
                .healthTimeout(Duration.ofSeconds(30));
    }

    private static List<NodeAccess> reached(EtcdSite site) {
        List<NodeAccess> nodes = new ArrayList<>();
        for (int i = 0; i < site.size(); i++) {
            nodes.add(new SshNodeAccess(Nodes.at(site.ssh(i), "root").build()));
        }
        return nodes;
    }

    private RestoreTarget save(EtcdSite site) throws IOException {
        Path file = folder.resolve("snapshot.db");
        site.store(0).put("/registry/then", "x");
        long revision = site.store(0).revision();
        site.save(file);
        Snapshot snapshot = new Snapshot(
                "snapshot.db",
                "2026-11-30T10:00:00Z",
                "site-a",
                "1",
                "cp-0",
                "1",
                revision,
                site.store(0).count(KeyRange.ALL),
                Files.size(file),
                Sha256.of(file),
                false,
                "3.5.16",
                "",
                List.of());
        site.store(0).put("/registry/later", "x");
        return new RestoreTarget(file, snapshot, Optional.of("site-a"), Optional.empty());
    }

    @Test
    void three_nodes_are_put_back_by_the_tool_in_etcds_own_container() throws IOException {
        try (EtcdSite site = EtcdSite.overSsh(EtcdBinary.v35().orElseThrow(), 3, node -> node)) {
            List<NodeAccess> nodes = reached(site);
            try {
                RestoreTarget target = save(site);
                SnapshotRestore restore = SnapshotRestore.on(nodes, options().build(), said -> {});
                RestorePlan plan = restore.plan(target);
                assertThat(plan.nodes())
                        .allSatisfy(node ->
                                assertThat(node.tool()).matches("/proc/\\d+/root/usr/local/bin/etcdutl 3\\.5\\..*"));
                RestoreReport report = restore.run(target, () -> site.store(0));
                assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.RESTORED);
                for (int i = 0; i < site.size(); i++) {
                    assertThat(site.store(i).get("/registry/then")).isEqualTo("x");
                    assertThat(site.store(i).get("/registry/later")).isNull();
                    assertThat(site.store(i).revision())
                            .isEqualTo(target.snapshot().revision() + 1_000);
                }
            } finally {
                nodes.forEach(NodeAccess::close);
            }
        }
    }

    @Test
    void where_no_etcd_runs_the_tool_is_uploaded_or_it_is_refused() throws IOException {
        try (EtcdSite site = EtcdSite.overSsh(EtcdBinary.v35().orElseThrow(), 1, RestoreOverSshTest::bare)) {
            List<NodeAccess> nodes = reached(site);
            try {
                RestoreTarget target = save(site);
                // A site that does not come up any more: its data is gone.
                Path manifest = site.path(0, EtcdSite.MANIFEST);
                Files.writeString(
                        manifest, Files.readString(manifest).replace("- etcd\n", "- etcd\n    - --no-such-flag\n"));
                await().ignoreExceptions().until(() -> site.starts(0, "etcd") > 2);
                // Between two of its short lives.
                await().untilAsserted(() -> assertThatThrownBy(
                                () -> SnapshotRestore.on(nodes, options().build(), said -> {})
                                        .plan(target))
                        .isInstanceOf(UnsafeToProceedException.class)
                        .hasMessageContaining("nothing on")
                        .hasMessageContaining("to be uploaded"));
                RestoreOptions uploading = options()
                        .toolFile(EtcdBinary.v35().orElseThrow().restorer())
                        .healthTimeout(Duration.ofSeconds(3))
                        .build();
                SnapshotRestore restore = SnapshotRestore.on(nodes, uploading, said -> {});
                RestoreReport report = restore.run(target, () -> site.store(0));
                assertThat(report.outcome()).as("it still does not come up").isEqualTo(Outcome.UNDONE);
                Files.writeString(manifest, Files.readString(manifest).replace("    - --no-such-flag\n", ""));
                site.awaitHealthy();
                assertThat(site.store(0).get("/registry/later")).isEqualTo("x");
            } finally {
                nodes.forEach(NodeAccess::close);
            }
        }
    }
}
