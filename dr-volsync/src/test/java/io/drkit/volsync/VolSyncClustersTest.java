package io.drkit.volsync;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.kubernetes.KubernetesSite;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.testkit.volume.PvcReplicatorContract;
import io.drkit.testkit.volume.VolumeSite;
import io.drkit.testkit.workload.TestNamespace;
import io.drkit.volume.PvcReplicator;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.SortedMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/**
 * The contract on two real clusters with VolSync and CSI snapshots, by their defaults: those that {@code DRKIT_TEST_PRIMARY_KUBECONFIG} and {@code
 * DRKIT_TEST_STANDBY_KUBECONFIG} name. Skipped elsewhere, where it is played: see {@link VolSyncPvcReplicatorTest}.
 */
class VolSyncClustersTest extends PvcReplicatorContract {

    private record Real(String name, KubernetesClient client, TestNamespace namespace) implements VolumeSite {

        static Real of(String name, KubernetesSite cluster, String namespace) {
            return new Real(name, cluster.client(), cluster.newNamespace(namespace));
        }

        @Override
        public SortedMap<String, String> read(String claim) {
            return new PodFiles(client, namespace.name(), claim).read();
        }

        @Override
        public void write(String claim, String path, String content) {
            new PodFiles(client, namespace.name(), claim).write(path, content);
        }

        @Override
        public void delete(String claim, String path) {
            new PodFiles(client, namespace.name(), claim).delete(path);
        }

        void close() {
            namespace.close();
            client.close();
        }
    }

    private Real primary;
    private Real standby;
    private PvcReplicator replicator;

    VolSyncClustersTest() {
        KubernetesSite one = KubernetesSites.primary();
        KubernetesSite other = KubernetesSites.standby();
        assumeTrue(
                one.real() && other.real() && hasVolSync(one) && hasVolSync(other),
                "no two real clusters with VolSync: " + one + " and " + other);
        String namespace = "drkit-test-" + UUID.randomUUID().toString().substring(0, 8);
        primary = Real.of("primary", one, namespace);
        standby = Real.of("standby", other, namespace);
        replicator = new VolSyncPvcReplicator(
                VolSyncSite.at("primary", primary.client()).build(),
                VolSyncSite.at("standby", standby.client()).build(),
                VolSyncOptions.DEFAULTS);
    }

    private static boolean hasVolSync(KubernetesSite site) {
        try (KubernetesClient client = site.client()) {
            return client.apiextensions()
                            .v1()
                            .customResourceDefinitions()
                            .withName("replicationsources.volsync.backube")
                            .get()
                    != null;
        }
    }

    @AfterEach
    void close() {
        primary.close();
        standby.close();
    }

    @Override
    protected PvcReplicator replicator() {
        return replicator;
    }

    @Override
    protected VolumeSite source() {
        return primary;
    }

    @Override
    protected VolumeSite destination() {
        return standby;
    }
}
