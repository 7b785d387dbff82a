package io.drkit.dns.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.dns.DnsName;
import io.drkit.testkit.etcd.TestCertificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An address is called by a name; a TLS server of the JDK answers. */
class AddressCheckTest {

    private static final DnsName NAME = DnsName.of("localhost");

    @TempDir
    Path folder;

    private final BlockingQueue<String> names = new LinkedBlockingQueue<>();

    @Test
    void an_address_that_answers_for_the_name_is_good_and_is_called_by_it() throws Exception {
        TestCertificates certificates = TestCertificates.create(folder, false);
        try (ServerSocket server = serve(certificates)) {
            AddressFinding found =
                    check(server, certificates.authority(), Clock.systemUTC()).check(NAME, "127.0.0.1");
            assertThat(found.problems()).isEmpty();
            assertThat(found.isGood()).isTrue();
            assertThat(found.certificateNames()).contains("localhost");
            assertThat(found.validUntil()).isPresent();

            check(server, certificates.authority(), Clock.systemUTC())
                    .check(DnsName.of("*.apps.example.com"), "127.0.0.1");
            assertThat(names.poll(10, TimeUnit.SECONDS)).contains("localhost");
            assertThat(names.poll(10, TimeUnit.SECONDS)).contains("drkit-wildcard-test.apps.example.com");
        }
    }

    @Test
    void wrong_names_dates_and_authorities_are_told_apart() throws Exception {
        TestCertificates certificates = TestCertificates.create(folder, false);
        try (ServerSocket server = serve(certificates)) {
            AddressCheck today = check(server, certificates.authority(), Clock.systemUTC());
            assertThat(today.check(DnsName.of("platform.example.com"), "127.0.0.1")
                            .problems())
                    .singleElement()
                    .asString()
                    .contains("is for [localhost], not for platform.example.com");
            Clock nextYear = Clock.offset(Clock.systemUTC(), Duration.ofDays(365));
            assertThat(check(server, certificates.authority(), nextYear)
                            .check(NAME, "127.0.0.1")
                            .problems())
                    .singleElement()
                    .asString()
                    .contains("expired at");
            assertThat(check(server, null, Clock.systemUTC())
                            .check(NAME, "127.0.0.1")
                            .problems())
                    .singleElement()
                    .asString()
                    .contains("not signed by a trusted authority");
        }
    }

    @Test
    void an_expired_certificate_is_told() throws Exception {
        TestCertificates certificates = TestCertificates.create(folder, true);
        try (ServerSocket server = serve(certificates)) {
            assertThat(check(server, certificates.authority(), Clock.systemUTC())
                            .check(NAME, "127.0.0.1")
                            .problems())
                    .singleElement()
                    .asString()
                    .contains("expired at");
        }
    }

    @Test
    void nobody_there_and_somebody_without_tls_are_told_apart() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            AddressFinding found = new AddressCheck(
                            silent.getLocalPort(), null, Duration.ofSeconds(1), Clock.systemUTC())
                    .check(NAME, "127.0.0.1");
            assertThat(found.connected()).isTrue();
            assertThat(found.problems()).singleElement().asString().contains("TLS fails");
        }
        AddressFinding found =
                new AddressCheck(9, null, Duration.ofSeconds(1), Clock.systemUTC()).check(NAME, "127.0.0.1");
        assertThat(found.connected()).isFalse();
        assertThat(found.problems()).singleElement().asString().contains("takes no connection at port 9");
    }

    private static AddressCheck check(ServerSocket server, @Nullable Path authority, Clock clock) {
        return new AddressCheck(server.getLocalPort(), authority, Duration.ofSeconds(5), clock);
    }

    private ServerSocket serve(TestCertificates certificates) throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                "server",
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der(certificates.serverKey()))),
                new char[0],
                new Certificate[] {
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der(certificates.serverCertificate())))
                });
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        SSLServerSocket server = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> accept(server), "tls-server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private void accept(SSLServerSocket server) {
        while (!server.isClosed()) {
            try (SSLSocket socket = (SSLSocket) server.accept()) {
                socket.startHandshake();
                names.add(((ExtendedSSLSession) socket.getSession())
                        .getRequestedServerNames()
                        .toString());
            } catch (IOException e) {
                // The client went away, or the test is over.
            }
        }
    }

    private static byte[] der(Path pem) throws IOException {
        return Base64.getMimeDecoder().decode(Files.readString(pem).replaceAll("-----[A-Z ]+-----", ""));
    }
}
