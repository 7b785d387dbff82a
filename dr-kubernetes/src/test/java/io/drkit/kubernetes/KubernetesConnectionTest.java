package io.drkit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.drkit.SiteUnreachableException;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.TestCertificates;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesConnectionTest {

    private static final KubernetesSite SITE = KubernetesSites.mock();
    private static final String SECRET = "s3cr3t-t0ken";

    @TempDir
    private static Path certificates;

    private static TestCertificates expired;

    @TempDir
    private Path folder;

    @BeforeAll
    static void issue() {
        expired = TestCertificates.create(certificates, true);
    }

    @Test
    void gets_in_by_a_context_of_the_kubeconfig() throws IOException {
        Path kubeconfig = kubeconfig(SITE.config().getMasterUrl(), "token: " + SECRET);
        for (KubernetesConnection connection : new KubernetesConnection[] {
            KubernetesConnection.by(kubeconfig).build(),
            KubernetesConnection.by(kubeconfig).context("standby").build()
        }) {
            try (KubernetesClient client = connection.open()) {
                assertThat(new KubernetesQuiescer(client).name())
                        .contains(client.getMasterUrl().getHost());
                assertThat(client.getConfiguration().getRequestTimeout()).isEqualTo(10_000);
            }
            assertThat(connection.toString()).doesNotContain(SECRET);
        }
    }

    @Test
    void a_kubeconfig_that_cannot_be_used_is_told_in_a_sentence() throws IOException {
        refused(folder.resolve("none"), null, "does not exist or cannot be read");
        refused(Files.writeString(folder.resolve("junk"), "{ : " + SECRET), null, "cannot be understood");
        refused(
                Files.writeString(folder.resolve("empty"), "apiVersion: v1\nkind: Config\n"),
                null,
                "names no current context");
        Path kubeconfig = kubeconfig("https://127.0.0.1:1", "token: " + SECRET);
        refused(kubeconfig, "elsewhere", "has no context elsewhere; it has primary, standby");
        refused(
                Files.writeString(
                        folder.resolve("dangling"), Files.readString(kubeconfig).replace("cluster: c}", "cluster: d}")),
                null,
                "has no cluster d");
        refused(
                kubeconfig("https://127.0.0.1:1", "client-certificate: gone.crt, client-key: gone.key"),
                null,
                "gone.crt, which does not exist");
    }

    @Test
    void a_server_that_does_not_know_us_is_told() throws IOException {
        try (FaultyApi api = new FaultyApi(SITE)) {
            api.rule((number, method, path) -> Fate.UNAUTHORIZED);
            unreachable(kubeconfig(api.url(), "token: " + SECRET), "does not know who we are (401)");
            api.rule((number, method, path) -> Fate.FORBIDDEN);
            KubernetesConnection.by(kubeconfig(api.url(), "token: " + SECRET))
                    .build()
                    .open()
                    .close();
        }
    }

    @Test
    void a_server_that_cannot_be_reached_is_told() throws IOException {
        unreachable(kubeconfig("http://127.0.0.1:1", "token: " + SECRET), "nothing listens there");
        unreachable(kubeconfig("http://no-such-host.invalid:6443", "token: " + SECRET), "does not resolve");
        URI server = URI.create(SITE.config().getMasterUrl());
        try (SeveredLink link = SeveredLink.to(server.getHost(), server.getPort())) {
            link.silence();
            unreachable(
                    kubeconfig("http://" + link.host() + ":" + link.port(), "token: " + SECRET),
                    "did not answer in time",
                    Duration.ofMillis(300));
        }
    }

    @Test
    void a_certificate_that_is_not_to_be_trusted_is_told() throws Exception {
        TestCertificates other = TestCertificates.create(folder, false);
        for (TestCertificates server : new TestCertificates[] {expired, other}) {
            HttpsServer https = https(server);
            try {
                Path kubeconfig =
                        kubeconfig("https://localhost:" + https.getAddress().getPort(), "token: " + SECRET);
                Files.writeString(
                        kubeconfig,
                        Files.readString(kubeconfig)
                                .replace(
                                        "cluster: {",
                                        "cluster: {certificate-authority: " + expired.authority() + ", "));
                unreachable(kubeconfig, server.equals(expired) ? "has expired" : "did not sign");
            } finally {
                https.stop(0);
            }
        }
    }

    @Test
    void a_client_certificate_that_has_expired_is_told_before_it_is_shown() throws IOException {
        Path kubeconfig = kubeconfig(
                "https://127.0.0.1:1",
                "client-certificate: " + expired.serverCertificate() + ", client-key: " + expired.serverKey());
        unreachable(kubeconfig, "expired at");
        unreachable(
                kubeconfig(
                        "https://127.0.0.1:1",
                        "client-certificate-data: " + base64(expired.serverCertificate()) + ", client-key-data: "
                                + base64(expired.serverKey())),
                "expired at");
    }

    private static void refused(Path kubeconfig, @Nullable String context, String reason) {
        KubernetesConnection.Builder connection = KubernetesConnection.by(kubeconfig);
        if (context != null) {
            connection.context(context);
        }
        assertThatThrownBy(() -> connection.build().open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining(kubeconfig.toString())
                .hasStackTraceContaining(reason)
                .satisfies(e -> assertThat(e.toString()).doesNotContain(SECRET))
                .hasNoCause();
    }

    private static void unreachable(Path kubeconfig, String reason) {
        unreachable(kubeconfig, reason, Duration.ofSeconds(10));
    }

    private static void unreachable(Path kubeconfig, String reason, Duration timeout) {
        assertThatThrownBy(() -> KubernetesConnection.by(kubeconfig)
                        .requestTimeout(timeout)
                        .build()
                        .open())
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET));
    }

    private Path kubeconfig(String server, String user) throws IOException {
        return Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: primary
                clusters: [{name: c, cluster: {server: "%s"}}]
                users: [{name: u, user: {%s}}]
                contexts:
                - {name: primary, context: {user: u, cluster: c}}
                - {name: standby, context: {user: u, cluster: c}}
                """.formatted(server, user));
    }

    private static HttpsServer https(TestCertificates certificates) throws IOException, GeneralSecurityException {
        String pem = Files.readString(certificates.serverKey()).replaceAll("-----[A-Z ]+-----|\\s", "");
        CertificateFactory x509 = CertificateFactory.getInstance("X.509");
        Certificate[] chain = x509.generateCertificates(
                        new ByteArrayInputStream(Files.readAllBytes(certificates.serverCertificate())))
                .toArray(new Certificate[0]);
        PrivateKey key = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key, new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        https.start();
        return https;
    }

    private static String base64(Path file) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readString(file).getBytes(StandardCharsets.UTF_8));
    }
}
