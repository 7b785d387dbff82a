package io.drkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.drkit.SiteUnreachableException;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a connection is said in one sentence, within the timeout. */
class EtcdConnectionErrorsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private static EtcdServer plain;
    private static EtcdServer mutualTls;

    @BeforeAll
    static void start() {
        plain = EtcdServer.builder().auth("sesame").start();
        mutualTls = EtcdServer.builder().mutualTls().start();
    }

    @AfterAll
    static void stop() {
        plain.close();
        mutualTls.close();
    }

    @Test
    void nobody_listens() throws IOException {
        assertFails(EtcdConnection.to("http://127.0.0.1:" + unusedPort()), "connection refused");
    }

    @Test
    void nobody_listens_at_any_endpoint() throws IOException {
        assertFails(
                EtcdConnection.to("http://127.0.0.1:" + unusedPort(), "http://127.0.0.1:" + unusedPort()),
                "No etcd endpoint can be used");
    }

    @Test
    void the_host_has_no_address() {
        assertFails(EtcdConnection.to("http://no-such-host.invalid:2379"), "host name cannot be resolved");
    }

    @Test
    void the_certificate_is_not_trusted() {
        assertFails(EtcdConnection.to(mutualTls.endpoints()), "not trusted; give the CA file");
    }

    @Test
    void another_authority_was_given(@TempDir Path folder) {
        Path other = TestCertificates.create(folder, false).authority();
        assertFails(EtcdConnection.to(mutualTls.endpoints()).authority(other), "not signed by the CA file");
    }

    @Test
    void the_certificate_has_expired() {
        try (EtcdServer expired = EtcdServer.builder().expiredCertificate().start()) {
            assertFails(
                    EtcdConnection.to(expired.endpoints())
                            .authority(expired.certificates().authority()),
                    "its certificate has expired on ");
        }
    }

    @Test
    void no_client_certificate_was_given() {
        assertFails(
                EtcdConnection.to(mutualTls.endpoints())
                        .authority(mutualTls.certificates().authority()),
                "requires a client certificate");
    }

    @Test
    void another_authority_signed_the_client_certificate(@TempDir Path folder) {
        TestCertificates other = TestCertificates.create(folder, false);
        assertFails(
                EtcdConnection.to(mutualTls.endpoints())
                        .authority(mutualTls.certificates().authority())
                        .clientCertificate(other.clientCertificate(), other.clientKey()),
                "does not accept the client certificate");
    }

    @Test
    void http_is_spoken_to_a_tls_port() {
        assertFails(EtcdConnection.to(mutualTls.endpoint(0).replace("https", "http")), "use https://");
    }

    @Test
    void https_is_spoken_to_a_plain_port() {
        assertFails(EtcdConnection.to(plain.endpoint(0).replace("http", "https")), "use http://");
    }

    @Test
    void a_link_that_resets_connections_is_taken_for_neither() {
        for (EtcdServer server : List.of(plain, mutualTls)) {
            try (SeveredLink link = SeveredLink.to("127.0.0.1", server.port(0))) {
                link.cut();
                assertFails(EtcdConnection.to("http://127.0.0.1:" + link.port()), "ends each connection at once");
                assertFails(EtcdConnection.to("https://127.0.0.1:" + link.port()), "ends each connection at once");
            }
        }
    }

    @Test
    void a_proxy_whose_server_is_down_is_taken_for_neither() throws IOException {
        try (SeveredLink link = SeveredLink.to("127.0.0.1", unusedPort())) {
            assertFails(EtcdConnection.to("http://127.0.0.1:" + link.port()), "ends each connection at once");
            assertFails(EtcdConnection.to("https://127.0.0.1:" + link.port()), "ends each connection at once");
        }
    }

    @Test
    void the_password_is_wrong() {
        assertFails(EtcdConnection.to(plain.endpoints()).user("root", "open"::toCharArray), "refused user or password");
        assertFails(
                EtcdConnection.to(plain.endpoints()).user("nobody", "sesame"::toCharArray), "refused user or password");
    }

    @Test
    void no_user_was_given() {
        assertFails(EtcdConnection.to(plain.endpoints()), "requires a user and a password");
    }

    @Test
    void nobody_answers() {
        try (EtcdServer frozen = EtcdServer.builder().start()) {
            frozen.freeze();
            assertFails(EtcdConnection.to(frozen.endpoints()), "does not answer; is its process stopped?");
            frozen.thaw();
        }
    }

    @Test
    void another_service_answers() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertFails(EtcdConnection.to("http://127.0.0.1:" + silent.getLocalPort()), "does not answer");
        }
    }

    @Test
    void malformed_addresses_are_refused_at_once() {
        for (String url :
                new String[] {"", "localhost", "localhost:2379", "ftp://a:1", "http://a:1/path", "http://a b"}) {
            assertThatThrownBy(() -> EtcdConnection.to(url))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must look like http://host:2379");
        }
        assertThatThrownBy(() -> EtcdConnection.to("http://root:sesame@a:2379"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("sesame");
    }

    @Test
    void files_that_are_missing_or_hold_something_else_are_refused_at_once(@TempDir Path folder) throws IOException {
        Path junk = Files.writeString(folder.resolve("junk"), "no PEM");
        EtcdConnection.Builder to = EtcdConnection.to("https://localhost:1");
        assertThatThrownBy(() -> to.authority(folder.resolve("absent")).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> EtcdKeyStore.connect(to.authority(junk).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not hold PEM certificates");
        assertThatThrownBy(() ->
                        EtcdConnection.to("http://localhost:1").authority(junk).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https://");
    }

    @Test
    void nothing_shows_the_password() {
        assertThat(EtcdConnection.to("http://a:1")
                        .user("root", "sesame"::toCharArray)
                        .build())
                .asString()
                .contains("root")
                .doesNotContain("sesame");
    }

    private static void assertFails(EtcdConnection.Builder connection, String sentence) {
        long start = System.nanoTime();
        Throwable failure = catchThrowable(
                () -> EtcdKeyStore.connect(connection.connectTimeout(TIMEOUT).build()));
        assertThat(failure).isInstanceOf(SiteUnreachableException.class).hasMessageContaining(sentence);
        assertThat(failure.getMessage()).matches("[^\n]*[^.?][.?]");
        // A client that goes on trying would take for ever; how much longer one answer takes is the machine's matter.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT.multipliedBy(5));
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
