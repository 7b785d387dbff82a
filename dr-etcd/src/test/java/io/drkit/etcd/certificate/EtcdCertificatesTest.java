package io.drkit.etcd.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.PemFiles;
import io.drkit.etcd.certificate.StoredCertificate.Action;
import io.drkit.keystore.KeyRange;
import io.drkit.node.NodeCommand;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real etcd that asks for client certificates, and with real openssl. */
class EtcdCertificatesTest {

    private static final Clock NOW = Clock.systemUTC();

    private static EtcdServer etcd;

    @TempDir
    Path temp;

    private Node node;
    private Path here;

    @BeforeAll
    static void start() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is absent");
        etcd = EtcdServer.builder().mutualTls().start();
    }

    @AfterAll
    static void stop() {
        if (etcd != null) {
            etcd.close();
        }
    }

    @BeforeEach
    void install() throws IOException {
        node = new Node(temp.resolve("node"), etcd.certificates());
        here = temp.resolve("here");
    }

    @Test
    void a_certificate_is_made_and_etcd_lets_it_in() throws Exception {
        StoredCertificate made = store(node.options(), NOW);
        assertThat(made.action()).isEqualTo(Action.MADE);
        assertThat(made.certificate().subject()).isEqualTo("CN=drkit");
        assertThat(made.certificate().issuer()).isEqualTo("CN=DrKit test authority");
        assertThat(Duration.between(Instant.now(), made.certificate().notAfter())
                        .toDays())
                .isBetween(364L, 365L);
        X509Certificate certificate =
                PemFiles.certificates(made.certificateFile()).get(0);
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getKeyUsage())
                .containsExactly(true, false, false, false, false, false, false, false, false);
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getSerialNumber().bitLength()).isEqualTo(128);
        assertOpens(made);
    }

    @Test
    void the_files_are_their_owners_alone() throws Exception {
        StoredCertificate made = store(node.options(), NOW);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(here)))
                .isEqualTo("rwx------");
        List<Path> files = List.of(made.authorityFile(), made.certificateFile(), made.keyFile());
        assertThat(files).allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
        assertThat(here).isDirectoryNotContaining(file -> !files.contains(file));
        // Wider permissions are put right when it is kept.
        Files.setPosixFilePermissions(made.keyFile(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(store(node.options(), NOW).action()).isEqualTo(Action.KEPT);
        assertThat(permissions(made.keyFile())).isEqualTo("rw-------");
    }

    @Test
    void nothing_stays_on_the_node_and_no_key_comes_or_goes() throws Exception {
        Map<String, String> before = Node.state(node.folder);
        StoredCertificate made = store(node.options(), NOW);
        assertThat(Node.state(node.folder)).isEqualTo(before);
        String ours = body(made.keyFile());
        String theirs = body(node.folder.resolve("ca.key"));
        assertThat(node.asked).hasSize(2).allSatisfy(command -> {
            String all = command.arguments()
                    + command.input().utf8()
                    + command
                    + Base64.getEncoder().encodeToString(command.input().toByteArray());
            assertThat(all).doesNotContain(ours, theirs, "PRIVATE KEY");
        });
        assertThat(node.asked.stream().map(NodeCommand::title)).last().isEqualTo("sign a client certificate");
        assertThat(Files.readString(made.certificateFile()) + Files.readString(made.authorityFile()) + made)
                .doesNotContain(ours, theirs, "PRIVATE KEY");
        assertThat(new KeyedCertificate(PemFiles.certificates(made.certificateFile()), PemFiles.key(made.keyFile())))
                .hasToString("KeyedCertificate[CN=drkit]");
    }

    @Test
    void a_good_certificate_is_kept() throws Exception {
        StoredCertificate made = store(node.options(), NOW);
        Map<String, String> before = Node.state(here);
        StoredCertificate kept = store(node.options(), NOW);
        assertThat(kept.action()).isEqualTo(Action.KEPT);
        assertThat(kept.certificate()).isEqualTo(made.certificate());
        assertThat(Node.state(here)).isEqualTo(before);
    }

    @Test
    void a_certificate_near_its_end_is_renewed() throws Exception {
        StoredCertificate old = store(node.options().days(20).renewBefore(Duration.ofDays(5)), NOW);
        assertThat(old.certificate().expiresWithin(Duration.ofDays(30), NOW)).isTrue();
        assertThat(old.certificate().isExpired(NOW)).isFalse();
        StoredCertificate renewed = store(node.options(), NOW);
        assertThat(renewed.action()).isEqualTo(Action.RENEWED);
        assertThat(renewed.certificate().expiresWithin(Duration.ofDays(300), NOW))
                .isFalse();
        assertOpens(renewed);
    }

    @Test
    void a_certificate_is_renewed_when_it_is_asked_for_or_another_name_is() throws Exception {
        StoredCertificate first = store(node.options(), NOW);
        StoredCertificate second = store(node.options().renew(), NOW);
        assertThat(second.action()).isEqualTo(Action.RENEWED);
        assertThat(second.certificate().sha256())
                .isNotEqualTo(first.certificate().sha256());
        StoredCertificate named = store(node.options().subject("backup, east"), NOW);
        assertThat(named.action()).isEqualTo(Action.RENEWED);
        assertThat(named.certificate().subject()).isEqualTo("CN=backup\\, east");
        assertThat(store(node.options().subject("backup, east"), NOW).action()).isEqualTo(Action.KEPT);
        assertThat(store(node.options(), NOW).action()).isEqualTo(Action.KEPT);
    }

    @Test
    void an_existing_pair_is_fetched() throws Exception {
        StoredCertificate fetched = store(node.options().existing(), NOW);
        assertThat(fetched.action()).isEqualTo(Action.FETCHED);
        assertThat(fetched.certificate().subject()).isEqualTo("CN=client");
        assertOpens(fetched);
        assertThat(store(node.options().existing(), NOW).action()).isEqualTo(Action.KEPT);
        // The node's is the same as before, however much another is wished for.
        assertThat(store(node.options().existing().renew(), NOW).action()).isEqualTo(Action.KEPT);
        assertThat(store(node.options().existing(), in(Duration.ofDays(340))).action())
                .isEqualTo(Action.KEPT);
        assertThat(node.asked).allSatisfy(command -> assertThat(command.title()).startsWith("read "));
    }

    @Test
    void what_an_end_in_the_midst_leaves_is_healed() throws Exception {
        StoredCertificate old = store(node.options(), NOW);
        String oldKey = Files.readString(old.keyFile());
        String oldCertificate = Files.readString(old.certificateFile());
        store(node.options().renew(), NOW);
        // The new key has taken its place, the new certificate has not.
        Files.writeString(old.certificateFile(), oldCertificate);
        assertThatThrownBy(() -> assertOpens(old))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not belong to the certificate");
        assertOpens(store(node.options(), NOW));

        Files.delete(old.certificateFile());
        assertThat(store(node.options(), NOW).action()).isEqualTo(Action.MADE);
        Files.delete(old.keyFile());
        assertOpens(store(node.options(), NOW));
        Files.delete(old.keyFile());
        Files.delete(old.certificateFile());
        assertOpens(store(node.options(), NOW));
        Files.writeString(old.keyFile(), oldKey.substring(0, 40));
        assertOpens(store(node.options(), NOW));
        // A good pair tells by itself whose it is.
        Files.delete(old.authorityFile());
        assertThat(store(node.options(), NOW).action()).isEqualTo(Action.KEPT);
        assertThat(old.authorityFile()).exists();
    }

    @Test
    void killed_again_and_again_while_it_writes_it_is_healed_by_the_next_run() throws Exception {
        EtcdCertificates certificates = new EtcdCertificates(node, NOW);
        Path first = temp.resolve("first");
        Path second = temp.resolve("second");
        certificates.store(first, node.options().build());
        certificates.store(second, node.options().build());
        Random random = new Random(4711);
        for (int i = 0; i < 10; i++) {
            Process writing = WritingProgram.start(here, first, second);
            try {
                assertThat(writing.inputReader().readLine()).isEqualTo("written");
                LockSupport.parkNanos(random.nextInt(20_000_000));
            } finally {
                writing.destroyForcibly().waitFor();
            }
            boolean whole = new CertificateFolder(here).pair().isPresent();
            StoredCertificate healed = store(node.options(), NOW);
            assertThat(healed.action()).isEqualTo(whole ? Action.KEPT : Action.MADE);
            assertOpens(healed);
            try (Stream<Path> files = Files.list(here)) {
                assertThat(files)
                        .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
            }
        }
        // What was under way when it was killed goes with the next writing.
        store(node.options().renew(), NOW);
        assertThat(here.toFile().list()).containsExactlyInAnyOrder("ca.crt", "client.crt", "client.key");
    }

    @Test
    void of_two_that_write_at_once_none_leaves_what_is_not_a_pair_unsaid() throws Exception {
        store(node.options(), NOW);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> writers = Collections.nCopies(4, () -> {
                try {
                    Node own = new Node(temp.resolve("node-" + UUID.randomUUID()), etcd.certificates());
                    new EtcdCertificates(own, NOW)
                            .store(here, own.options().renew().build());
                    return true;
                } catch (SiteUnreachableException e) {
                    assertThat(e).hasMessageContaining("at the same time");
                    return false;
                }
            });
            int failed = 0;
            for (Future<Boolean> written : threads.invokeAll(writers)) {
                failed += written.get() ? 0 : 1;
            }
            assertThat(failed > 0 || new CertificateFolder(here).pair().isPresent())
                    .isTrue();
        } finally {
            threads.shutdownNow();
        }
        assertOpens(store(node.options(), NOW));
    }

    @Test
    void another_ca_is_refused_until_it_is_accepted() throws Exception {
        store(node.options(), NOW);
        Map<String, String> before = Node.state(here);
        Path others = Files.createDirectories(temp.resolve("others"));
        node.install(TestCertificates.create(others, false));
        for (CertificateOptions.Builder options :
                List.of(node.options(), node.options().existing().renew())) {
            assertThatThrownBy(() -> store(options, NOW))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("is not the etcd CA of node-1")
                    .hasMessageContaining("--accept-new-ca");
        }
        assertThat(Node.state(here)).isEqualTo(before);
        StoredCertificate accepted = store(node.options().acceptNewAuthority(), NOW);
        assertThat(accepted.action()).isEqualTo(Action.RENEWED);
        assertThat(accepted.authorityFile()).hasSameTextualContentAs(others.resolve("authority.crt"));
        assertThat(store(node.options(), NOW).action()).isEqualTo(Action.KEPT);
    }

    @Test
    void a_ca_that_is_being_replaced_is_taken_over_and_the_pair_is_kept() throws Exception {
        store(node.options(), NOW);
        Path others = Files.createDirectories(temp.resolve("others"));
        Path next = TestCertificates.create(others, false).authority();
        Path bundle = node.folder.resolve("ca.crt");
        Files.writeString(bundle, Files.readString(bundle) + Files.readString(next));
        StoredCertificate kept = store(node.options(), NOW);
        assertThat(kept.action()).isEqualTo(Action.KEPT);
        assertThat(PemFiles.certificates(kept.authorityFile())).hasSize(2);
        assertOpens(kept);
    }

    @Test
    void files_that_are_not_known_for_what_they_are_are_not_written_over() throws Exception {
        Files.createDirectories(here);
        Path key = Files.writeString(here.resolve("client.key"), "somebody else's");
        assertThatThrownBy(() -> store(node.options(), NOW))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("no ca.crt that says of which etcd");
        assertThat(key).hasContent("somebody else's");
        Files.setPosixFilePermissions(here, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> store(node.options().acceptNewAuthority(), NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Anybody can write to the folder");
    }

    @Test
    void a_clock_that_jumps_destroys_nothing() throws Exception {
        StoredCertificate made = store(node.options(), NOW);
        // In 340 days it is renewed; that by this clock the new one is near its end, too, is the node's clock's doing.
        StoredCertificate renewed = store(node.options(), in(Duration.ofDays(340)));
        assertThat(renewed.action()).isEqualTo(Action.RENEWED);
        assertThat(renewed.certificate().sha256())
                .isNotEqualTo(made.certificate().sha256());
        assertOpens(renewed);

        Map<String, String> before = Node.state(here);
        for (Duration jump : List.of(Duration.ofDays(4_000), Duration.ofDays(-1), Duration.ofMinutes(-10))) {
            assertThatThrownBy(() -> store(node.options(), in(jump)))
                    .as("by %s", jump)
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("compare the clocks");
            assertThat(Node.state(here)).isEqualTo(before);
        }
        // As far apart as clocks may be, a new one can be used at once.
        assertThat(store(node.options().renew(), in(Duration.ofMinutes(-4))).action())
                .isEqualTo(Action.RENEWED);
        assertThat(renewed.certificate().isExpired(in(Duration.ofDays(366)))).isTrue();
        assertThat(renewed.certificate().isNotYetValid(in(Duration.ofHours(-1))))
                .isTrue();
    }

    private StoredCertificate store(CertificateOptions.Builder options, Clock clock) throws IOException {
        return new EtcdCertificates(node, clock).store(here, options.build());
    }

    private static Clock in(Duration time) {
        return Clock.offset(NOW, time);
    }

    private static void assertOpens(StoredCertificate stored) {
        EtcdConnection connection = EtcdConnection.to(etcd.endpoints())
                .authority(stored.authorityFile())
                .clientCertificate(stored.certificateFile(), stored.keyFile())
                .build();
        try (EtcdKeyStore store = EtcdKeyStore.connect(connection)) {
            assertThat(store.count(KeyRange.ALL)).isNotNegative();
        }
    }

    private static String permissions(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A line that is the key's alone: the first ones are the same in all keys of a kind. */
    private static String body(Path key) throws IOException {
        return Files.readAllLines(key).get(2);
    }
}
