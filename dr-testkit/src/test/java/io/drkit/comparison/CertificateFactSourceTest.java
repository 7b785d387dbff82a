package io.drkit.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.drkit.testkit.FreePort;
import io.drkit.testkit.etcd.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What TLS servers show at two sites. */
class CertificateFactSourceTest {

    private final List<HttpsServer> servers = new ArrayList<>();

    @TempDir
    Path one;

    @TempDir
    Path other;

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void names_dates_and_key_are_read_and_the_same_certificate_at_both_sites_is_no_difference() throws Exception {
        TestCertificates certificates = TestCertificates.create(one, false);
        SiteFacts primary = gather("primary", serve(certificates), "localhost");
        SiteFacts standby = gather("standby", serve(certificates), "localhost");
        CertificateFacts shown = primary.apiServerCertificate().get();
        assertThat(shown.names()).containsExactly("127.0.0.1", "localhost");
        assertThat(shown.covers("localhost")).isTrue();
        assertThat(shown.covers("LocalHost.")).isTrue();
        CertificateFacts six = SampleFacts.certificate("fd00:0:0:0:0:0:0:10");
        assertThat(six.covers("fd00::10")).isTrue();
        assertThat(six.covers("[FD00::0010]")).isTrue();
        assertThat(six.covers("fd00::11")).isFalse();
        assertThat(domain(primary).get())
                .isEqualTo(shown)
                .isEqualTo(domain(standby).get());
        // The test's server certificate lasts less than thirty days.
        assertThat(certificateFindings(primary, standby)).allMatch(subject -> subject.startsWith("dates of"));
    }

    @Test
    void another_key_an_expired_certificate_and_uncovered_names_are_found() throws Exception {
        SiteFacts primary = gather("primary", serve(TestCertificates.create(one, false)), "api.example.com");
        SiteFacts standby = gather("standby", serve(TestCertificates.create(other, true)), "api.example.com");
        assertThat(certificateFindings(primary, standby))
                .contains(
                        "certificate for localhost",
                        "dates of the certificate at standby: API server",
                        "dates of the certificate at standby: localhost",
                        "names of the API server's certificate at primary",
                        "names of the API server's certificate at standby");
    }

    @Test
    void where_nobody_answers_it_is_unknown() {
        SiteFacts facts = gather("primary", FreePort.next(), "localhost");
        assertThat(facts.apiServerCertificate().because()).contains("takes no connection");
        assertThat(domain(facts).because()).contains("takes no connection");
    }

    private static List<String> certificateFindings(SiteFacts primary, SiteFacts standby) {
        return SiteComparison.compare(primary, standby).findings().stream()
                .filter(finding -> finding.severity() != Severity.UNKNOWN)
                .filter(finding ->
                        finding.topic() == Topic.API_CERTIFICATE || finding.topic() == Topic.DOMAIN_CERTIFICATE)
                .map(Finding::subject)
                .toList();
    }

    private static Fact<CertificateFacts> domain(SiteFacts facts) {
        return Objects.requireNonNull(facts.domain().get().get("localhost"));
    }

    private static SiteFacts gather(String site, int port, String controlPlaneName) {
        return SiteFacts.gather(
                site,
                "clock-1",
                Clock.systemUTC(),
                List.of(new CertificateFactSource(
                        URI.create("https://127.0.0.1:" + port),
                        List.of("localhost"),
                        List.of("127.0.0.1"),
                        port,
                        List.of(controlPlaneName),
                        Duration.ofSeconds(10))));
    }

    private int serve(TestCertificates certificates) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(certificates.serverCertificate())) {
            Certificate leaf = CertificateFactory.getInstance("X.509").generateCertificate(in);
            store.setKeyEntry("server", key(certificates.serverKey()), new char[0], new Certificate[] {leaf});
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.start();
        servers.add(server);
        return server.getAddress().getPort();
    }

    private static PrivateKey key(Path pem) throws IOException, GeneralSecurityException {
        String base64 = Files.readString(pem).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    }
}
