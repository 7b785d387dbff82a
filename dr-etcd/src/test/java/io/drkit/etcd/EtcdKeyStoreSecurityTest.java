package io.drkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.SiteUnreachableException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdKeyStoreSecurityTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Transaction PUT =
            new Transaction(List.of(), List.of(Operation.put(Bytes.utf8("a"), Bytes.utf8("1"))));

    @Test
    void works_with_mutual_tls_and_users_together() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.builder().mutualTls().auth("sesame").start();
                EtcdKeyStore store = EtcdKeyStore.connect(EtcdConnection.to(etcd.endpoints())
                        .authority(etcd.certificates().authority())
                        .clientCertificate(
                                etcd.certificates().clientCertificate(),
                                etcd.certificates().clientKey())
                        .user("root", "sesame"::toCharArray)
                        .build());
                Watch watch = store.watch(KeyRange.ALL, 2)) {
            assertThat(store.commit(PUT)).isInstanceOf(CommitResult.Committed.class);
            assertThat(watch.next(LONG)).isInstanceOf(WatchSignal.Events.class);
            assertThat(store.status().revision()).isEqualTo(2);
        }
    }

    @Test
    void logs_in_again_when_the_server_has_forgotten_the_token() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.builder().auth("sesame").start();
                EtcdKeyStore store = connect(etcd, "root", "sesame")) {
            etcd.stop();
            etcd.start();
            await().atMost(LONG)
                    .ignoreException(SiteUnreachableException.class)
                    .until(() -> store.commit(PUT) instanceof CommitResult.Committed);
            etcd.stop();
            etcd.start();
            awaitWatch(store);
        }
    }

    @Test
    void logs_in_again_when_the_token_has_expired() throws InterruptedException {
        assumeTrue(EtcdBinary.v35().isPresent(), "etcd 3.5 is absent: run script/etcd");
        EtcdServerBuilder builder = EtcdServer.builder()
                .binary(EtcdBinary.v35().orElseThrow())
                .auth("sesame")
                .flags("--auth-token-ttl=1");
        try (EtcdServer etcd = builder.start();
                EtcdKeyStore store = connect(etcd, "root", "sesame")) {
            for (int i = 0; i < 3; i++) {
                // Idle time is what makes a token expire.
                Thread.sleep(2_500);
                assertThat(store.commit(PUT)).isInstanceOf(CommitResult.Committed.class);
            }
            Thread.sleep(2_500);
            awaitWatch(store);
        }
    }

    /** A JWT holds the revision of users and roles it was given for, and is void when any of them changes. */
    @Test
    void what_was_sent_ahead_is_to_be_sent_again_after_another_user_changed(@TempDir Path folder) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        Path publicKey = pem(folder.resolve("public.pem"), "PUBLIC KEY", keys.getPublic());
        Path privateKey = pem(folder.resolve("private.pem"), "PRIVATE KEY", keys.getPrivate());
        String token = "--auth-token=jwt,sign-method=RS256,pub-key=" + publicKey + ",priv-key=" + privateKey;
        try (EtcdServer etcd = EtcdServer.builder().auth("sesame").flags(token).start();
                EtcdKeyStore store = connect(etcd, "root", "sesame")) {
            assertThat(store.commit(PUT)).isInstanceOf(CommitResult.Committed.class);
            etcd.etcdctl("user", "add", "another:secret");
            assertThatThrownBy(() -> KeyStore.await(store.submit(PUT)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("auth store is old");
            assertThat(store.commit(PUT)).isInstanceOf(CommitResult.Committed.class);
        }
    }

    private static Path pem(Path file, String what, Key key) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return Files.writeString(file, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
    }

    @Test
    void a_server_that_takes_too_few_operations_is_told_how_many_are_needed() {
        try (EtcdServer etcd = EtcdServer.builder().flags("--max-txn-ops=64").start();
                EtcdKeyStore store =
                        EtcdKeyStore.connect(EtcdConnection.to(etcd.endpoints()).build())) {
            assertThatThrownBy(() -> store.read(DrKitKeys.window("default")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--max-txn-ops=128");
        }
    }

    @Test
    void what_the_user_may_not_do_is_said() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.builder().auth("sesame").start()) {
            etcd.etcdctl("user", "add", "reader", "--no-password=false", "--new-user-password=only-a-test");
            etcd.etcdctl("role", "add", "reader");
            etcd.etcdctl("role", "grant-permission", "reader", "--prefix=true", "read", "");
            etcd.etcdctl("user", "grant-role", "reader", "reader");
            try (EtcdKeyStore store = connect(etcd, "reader", "only-a-test")) {
                assertThat(store.count(KeyRange.ALL)).isZero();
                assertThatThrownBy(() -> store.commit(PUT))
                        .isInstanceOf(SiteUnreachableException.class)
                        .hasMessageContaining("does not permit");
            }
        }
    }

    /** A watch may end once for want of a valid token; the next one has it. */
    private static void awaitWatch(EtcdKeyStore store) throws InterruptedException {
        for (int attempt = 0; attempt < 5; attempt++) {
            try (Watch watch = store.watch(KeyRange.ALL, 1)) {
                assertThat(watch.next(LONG)).isInstanceOf(WatchSignal.Events.class);
                return;
            } catch (SiteUnreachableException e) {
                assertThat(e).hasMessageContaining("ended");
            }
        }
        throw new AssertionError("No watch came to work.");
    }

    private static EtcdKeyStore connect(EtcdServer etcd, String user, String password) {
        return EtcdKeyStore.connect(EtcdConnection.to(etcd.endpoints())
                .user(user, password::toCharArray)
                .build());
    }
}
