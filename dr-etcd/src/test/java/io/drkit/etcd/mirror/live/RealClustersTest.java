package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The same on two real clusters, named by the environment as CONTRIBUTING.md says: kube-apiserver and kube-controller-manager run on both. What the
 * primary declares is mirrored to the standby, so these must be clusters that are there for tests.
 */
class RealClustersTest {

    private static final String PRIMARY = "DRKIT_TEST_PRIMARY_";
    private static final String STANDBY = "DRKIT_TEST_STANDBY_";

    @Test
    void two_real_clusters_end_level_and_stay_so() throws InterruptedException {
        List<String> missing = new ArrayList<>();
        for (String side : List.of(PRIMARY, STANDBY)) {
            for (String what : List.of("KUBECONFIG", "ETCD")) {
                if (System.getenv(side + what) == null) {
                    missing.add(side + what);
                }
            }
        }
        assumeTrue(missing.isEmpty(), "no real clusters to test on: not set are " + String.join(", ", missing));
        try (KeyStore primary = connect(PRIMARY);
                KeyStore standby = connect(STANDBY);
                MirrorSession session = new DefaultKeyMirror(primary, standby).start(MirrorScope.platform());
                Judge judge = new Judge(primary, standby, MirrorScope.platform(), "two real clusters")) {
            assertThat(session.awaitCaughtUp(Duration.ofMinutes(10)))
                    .as("%s", session.status())
                    .isTrue();
            judge.isLevelSoon(Duration.ofMinutes(2));
            judge.staysLevel(Duration.ofSeconds(60));
            judge.nothingWasLostOnTheWay();
            judge.everyReplicaSetHasItsPods(Duration.ofMinutes(2));
            assertThat(session.status().contended())
                    .as("%s", session.status().skippedSample())
                    .isZero();
        }
    }

    private static KeyStore connect(String side) {
        EtcdConnection.Builder connection =
                EtcdConnection.to(System.getenv(side + "ETCD").split(",", -1));
        String authority = System.getenv(side + "ETCD_CACERT");
        if (authority != null) {
            connection.authority(Path.of(authority));
        }
        String certificate = System.getenv(side + "ETCD_CERT");
        String key = System.getenv(side + "ETCD_KEY");
        if (certificate != null && key != null) {
            connection.clientCertificate(Path.of(certificate), Path.of(key));
        }
        return EtcdKeyStore.connect(connection.build());
    }
}
