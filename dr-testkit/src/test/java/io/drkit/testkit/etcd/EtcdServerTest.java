package io.drkit.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdServerTest {

    @Test
    void keeps_its_data_and_ports_over_kill_and_stop() {
        try (EtcdServer etcd = EtcdServer.builder().start()) {
            String endpoint = etcd.endpoint(0);
            etcd.etcdctl("put", "a", "1");
            etcd.kill();
            etcd.start();
            etcd.etcdctl("put", "b", "2");
            etcd.stop();
            etcd.start();
            assertThat(etcd.etcdctl("get", "a", "c", "--print-value-only")).isEqualTo("1\n2\n");
            assertThat(etcd.endpoints()).containsExactly(endpoint);
        }
    }

    @Test
    void three_members_go_on_when_one_is_killed() {
        try (EtcdServer etcd = EtcdServer.builder().members(3).start()) {
            etcd.kill(0);
            // A put that meets the election is dropped by etcd, and times out.
            await().atMost(Duration.ofSeconds(30))
                    .ignoreException(IllegalStateException.class)
                    .until(() -> etcd.etcdctl("put", "a", "1").equals("OK\n"));
            etcd.start(0);
            assertThat(etcd.etcdctl("get", "a", "--print-value-only")).isEqualTo("1\n");
        }
    }

    @Test
    void mutual_tls_and_users_work_together_with_snapshots(@TempDir Path folder) {
        Path snapshot = folder.resolve("snapshot");
        try (EtcdServer etcd = EtcdServer.builder().tls().auth("sesame").start()) {
            etcd.etcdctl("put", "a", "1");
            etcd.snapshotSave(snapshot);
            etcd.etcdctl("put", "a", "2");
            etcd.restore(snapshot);
            assertThat(etcd.etcdctl("get", "a", "--print-value-only")).isEqualTo("1\n");
        }
        try (EtcdServer etcd =
                EtcdServer.builder().restoredFrom(snapshot).auth("sesame").start()) {
            assertThat(etcd.etcdctl("get", "a", "--print-value-only")).isEqualTo("1\n");
        }
    }

    @Test
    void an_expired_certificate_keeps_the_fixture_from_nothing() {
        try (EtcdServer etcd =
                EtcdServer.builder().mutualTls().expiredCertificate().start()) {
            assertThat(etcd.etcdctl("put", "a", "1")).isEqualTo("OK\n");
        }
    }

    @Test
    void raises_the_revision_of_a_snapshot(@TempDir Path folder) {
        assumeTrue(EtcdBinary.v35().isPresent(), "etcd 3.5 is absent: run script/etcd");
        EtcdBinary binary = EtcdBinary.v35().orElseThrow();
        Path snapshot = folder.resolve("snapshot");
        try (EtcdServer etcd = EtcdServer.builder().binary(binary).start()) {
            etcd.etcdctl("put", "a", "1");
            etcd.snapshotSave(snapshot);
            etcd.restore(snapshot, 1_000_000);
            assertThat(etcd.etcdctl("get", "a", "--write-out=fields")).contains("\"Revision\" : 1000002");
        }
        assertThat(binary.version()).startsWith("3.5.");
    }

    @Test
    void a_start_that_fails_shows_the_log() {
        assertThatThrownBy(() -> EtcdServer.builder().flags("--no-such-flag").start())
                .hasMessageContaining("no-such-flag");
    }
}
