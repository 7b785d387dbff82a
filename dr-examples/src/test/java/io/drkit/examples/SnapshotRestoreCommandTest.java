package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.site.Site;
import io.drkit.testkit.controlplane.EtcdSite;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit snapshot seed} and {@code restore}, over OpenSSH onto a node whose etcd is a static pod. */
class SnapshotRestoreCommandTest {

    @TempDir
    Path folder;

    @BeforeAll
    static void prepare() {
        assumeTrue(
                OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces: for a node with an /etc of its own");
        assumeTrue(EtcdBinary.v35().isPresent(), "needs etcd 3.5, with etcdutl: script/etcd puts it in place");
    }

    private String config(EtcdServer primary, EtcdSite standby) throws IOException {
        OpenSshServer ssh = standby.ssh(0);
        return Files.writeString(folder.resolve("drkit.yaml"), """
                        sites:
                          primary: {endpoints: "%s"}
                          standby: {endpoints: "%s"}
                        nodes:
                          standby: {hosts: ["127.0.0.1:%d"], user: root, key: %s, known-hosts: %s}
                        clusters:
                          standby: {kubeconfig: kubeconfig}
                        """.formatted(
                        primary.endpoint(0), standby.store(0).name(), ssh.port(), ssh.clientKey(), ssh.knownHosts()))
                .toString();
    }

    private static Cli restore(String config, Path from, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "snapshot",
                "restore",
                "--in",
                from.toString(),
                "--at",
                "standby",
                "--config",
                config,
                "--kubelet-restart",
                "",
                "--ready-command",
                "pgrep -f /bin/kube-apiserver",
                "--steady",
                "300ms",
                "--output",
                "json"));
        arguments.addAll(List.of(more));
        return drkit(arguments.toArray(String[]::new));
    }

    private static void identify(String url) {
        try (EtcdKeyStore store = EtcdKeyStore.connect(EtcdConnection.to(url).build())) {
            Site.at(store).identify();
        }
    }

    private static void assertCode(Cli result, int code) {
        assertThat(result.code()).as(result.err() + result.out()).isEqualTo(code);
    }

    @Test
    void a_stopped_standby_is_seeded_and_the_mirror_goes_on_without_copying() throws IOException {
        EtcdBinary etcd = EtcdBinary.v35().orElseThrow();
        try (EtcdServer primary = EtcdServer.builder().binary(etcd).start();
                EtcdSite standby = EtcdSite.overSsh(etcd, 1, node -> node)) {
            String config = config(primary, standby);
            Path snapshots = folder.resolve("snapshots");
            Path seeds = folder.resolve("seeds");
            assertCode(drkit("role", "promote", "--at", primary.endpoint(0)), 0);
            identify(primary.endpoint(0));
            for (int i = 0; i < 20; i++) {
                primary.etcdctl("put", "/registry/configmaps/team-1/" + i, "before");
            }
            assertCode(drkit("snapshot", "save", "--at", primary.endpoint(0), "--in", snapshots.toString()), 0);
            Cli seed = drkit(
                    "snapshot",
                    "seed",
                    "--in",
                    snapshots.toString(),
                    "--out",
                    seeds.toString(),
                    "--at",
                    primary.endpoint(0),
                    "--etcd",
                    etcd.etcd().toString());
            assertCode(seed, 0);
            assertThat(seed.out()).contains("STANDBY in epoch 2", "goes on from revision");
            primary.etcdctl("put", "/registry/configmaps/team-1/0", "after");
            primary.etcdctl("del", "/registry/configmaps/team-1/1");

            Cli useless = restore(config, seeds, "--control-plane-stopped", "--restart", "shop/deployment/web");
            assertCode(useless, 2);
            assertThat(useless.err()).contains("--restart needs a kube-apiserver");
            Cli running = restore(config, seeds, "--control-plane-stopped");
            assertCode(running, 5);
            assertThat(running.err()).contains("kube-apiserver");
            Cli primarys = restore(config, snapshots);
            assertCode(primarys, 5);
            assertThat(primarys.err()).contains("is of the site primary, which is alive", "snapshot seed");
            Path manifest = standby.path(0, EtcdSite.MANIFEST).resolveSibling("kube-apiserver.yaml");
            Files.delete(manifest);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> restore(config, seeds, "--control-plane-stopped", "--dry-run")
                                    .code()
                            == 0);
            Cli seeded = restore(config, seeds, "--control-plane-stopped");
            assertCode(seeded, 0);
            assertThat(seeded.json().path("outcome").asText()).isEqualTo("restored");
            assertThat(standby.store(0).get("/registry/configmaps/team-1/1")).isEqualTo("before");
            assertThat(drkit("role", "show", "--at", standby.store(0).name()).out())
                    .contains("STANDBY in epoch 2");

            Cli mirrored = drkit("mirror", "--config", config, "--scope", "all", "--once", "--output", "json");
            assertCode(mirrored, 0);
            assertThat(mirrored.json().path("keysApplied").asLong()).isEqualTo(2);
            assertCode(drkit("check", "--config", config, "--scope", "all", "--level", "values"), 0);
        }
    }

    @Test
    void a_site_goes_back_to_its_snapshot_and_to_anothers_only_when_told() throws IOException {
        EtcdBinary etcd = EtcdBinary.v35().orElseThrow();
        try (EtcdServer other = EtcdServer.builder().binary(etcd).start();
                EtcdSite site = EtcdSite.overSsh(etcd, 1, node -> node)) {
            String config = config(other, site);
            Path snapshots = folder.resolve("snapshots");
            Path others = folder.resolve("others");
            String url = site.store(0).name();
            identify(url);
            identify(other.endpoint(0));
            site.store(0).put("/registry/then", "x");
            assertCode(drkit("snapshot", "save", "--at", url, "--in", snapshots.toString()), 0);
            assertCode(drkit("snapshot", "save", "--at", other.endpoint(0), "--in", others.toString()), 0);
            site.store(0).put("/registry/later", "x");
            Cli refused = restore(config, others);
            assertCode(refused, 5);
            assertThat(refused.err()).contains("site");
            assertThat(site.store(0).get("/registry/later")).isEqualTo("x");
            try (StandInApi api = new StandInApi()) {
                String web = "/apis/apps/v1/namespaces/shop/deployments/web";
                api.kubeconfig(folder.resolve("kubeconfig"));
                api.put(
                        web,
                        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"},"
                                + "\"spec\":{\"replicas\":1},\"status\":{\"replicas\":1,\"updatedReplicas\":1,\"availableReplicas\":1}}");
                Cli restored = restore(config, snapshots, "--restart", "shop/deployment/web");
                assertCode(restored, 0);
                assertThat(api.get(web).toString()).contains("drkit.io/restarted-at");
            }
            assertThat(site.store(0).get("/registry/then")).isEqualTo("x");
            assertThat(site.store(0).get("/registry/later")).isNull();
            assertCode(restore(config, snapshots, "--undo"), 5);
            assertCode(restore(config, snapshots, "--finish"), 5);
            assertCode(restore(config, snapshots, "--finish", "--undo"), 2);
            others_primary_makes_no_second_one(config, other, site);
        }
    }

    /** Not even where the site has lost what it was. */
    private void others_primary_makes_no_second_one(String config, EtcdServer other, EtcdSite site) throws IOException {
        Path before = folder.resolve("before");
        String url = site.store(0).name();
        assertCode(drkit("role", "promote", "--at", url), 0);
        assertCode(drkit("snapshot", "save", "--at", url, "--in", before.toString()), 0);
        assertCode(drkit("role", "promote", "--at", other.endpoint(0)), 0);
        try (EtcdKeyStore store = EtcdKeyStore.connect(EtcdConnection.to(url).build())) {
            store.commit(new Transaction(
                    List.of(), List.of(Operation.delete(DrKitKeys.SITE), Operation.delete(DrKitKeys.ROLE))));
        }
        Cli undone = restore(config, before);
        assertCode(undone, 3);
        assertThat(undone.json().path("why").asText())
                .contains("STANDBY in epoch 2", "PRIMARY in epoch 2", "a change of roles");
        assertCode(restore(config, before, "--accept-other-role"), 0);
    }
}
