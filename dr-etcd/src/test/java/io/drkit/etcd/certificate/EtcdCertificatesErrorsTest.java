package io.drkit.etcd.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.testkit.etcd.TestCertificates;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong on the node is one sentence, and nothing is written here. */
class EtcdCertificatesErrorsTest {

    private static TestCertificates certificates;

    @TempDir
    private static Path authority;

    @TempDir
    Path temp;

    private Node node;

    @BeforeAll
    static void create() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is absent");
        certificates = TestCertificates.create(authority, true);
    }

    @BeforeEach
    void install() throws IOException {
        node = new Node(temp.resolve("node"), certificates);
    }

    @Test
    void there_is_no_openssl() throws IOException {
        Path programs = Files.createDirectories(temp.resolve("programs"));
        Files.createSymbolicLink(programs.resolve("sh"), Path.of("/bin/sh"));
        Files.createSymbolicLink(programs.resolve("stat"), Path.of("/usr/bin/stat"));
        node.programs(programs);
        assertFails(node.options(), SiteUnreachableException.class).hasMessageContaining("no openssl on node-1");
    }

    @Test
    void the_ca_or_its_key_is_elsewhere() throws IOException {
        Files.delete(node.folder.resolve("ca.key"));
        assertFails(node.options(), IllegalArgumentException.class)
                .hasMessageContaining("no key of the etcd CA at " + node.folder.resolve("ca.key") + " on node-1")
                .hasMessageContaining("--existing");
        Files.createDirectory(node.folder.resolve("ca.key"));
        assertFails(node.options(), IllegalArgumentException.class).hasMessageContaining("is no file");
        Files.delete(node.folder.resolve("ca.crt"));
        assertFails(node.options(), IllegalArgumentException.class)
                .hasMessageContaining("no certificate of the etcd CA at " + node.folder.resolve("ca.crt"));
    }

    @Test
    void the_ca_is_not_pem() throws IOException {
        Files.writeString(node.folder.resolve("ca.crt"), "no certificate\n");
        assertFails(node.options(), IllegalArgumentException.class)
                .hasMessageContaining("on node-1 does not hold PEM certificates");
    }

    @Test
    void the_key_is_not_the_cas() throws IOException {
        Files.copy(certificates.clientKey(), node.folder.resolve("ca.key"), StandardCopyOption.REPLACE_EXISTING);
        assertFails(node.options(), UnsafeToProceedException.class)
                .hasMessageContaining("did not sign")
                .hasMessageContaining("do not match");
        Files.writeString(node.folder.resolve("ca.key"), "-----BEGIN PRIVATE KEY-----\nc2VzYW1l\n");
        assertFails(node.options(), UnsafeToProceedException.class)
                .hasMessageContaining("did not sign")
                .hasMessageNotContaining("c2VzYW1l");
    }

    @Test
    void a_key_with_a_passphrase_is_not_asked_for_it() throws Exception {
        Path key = node.folder.resolve("ca.key");
        Process encrypt = new ProcessBuilder(
                        "openssl",
                        "ec",
                        "-aes256",
                        "-passout",
                        "pass:only-a-test",
                        "-in",
                        key.toString(),
                        "-out",
                        key + ".new")
                .start();
        assertThat(encrypt.waitFor()).isZero();
        Files.move(Path.of(key + ".new"), key, StandardCopyOption.REPLACE_EXISTING);
        assertFails(node.options(), UnsafeToProceedException.class).hasMessageContaining("did not sign");
    }

    @Test
    void the_existing_pair_cannot_be_used() throws IOException {
        Path certificate = node.folder.resolve("apiserver-etcd-client.crt");
        Path key = node.folder.resolve("apiserver-etcd-client.key");
        Files.writeString(key, Files.readString(certificates.serverKey()));
        assertFails(node.options().existing(), UnsafeToProceedException.class)
                .hasMessageContaining("its key is another one's");
        // That certificate ran out long ago.
        Files.writeString(certificate, Files.readString(certificates.serverCertificate()));
        assertFails(node.options().existing(), UnsafeToProceedException.class).hasMessageContaining("it expired on");
        TestCertificates others = TestCertificates.create(Files.createDirectory(temp.resolve("others")), false);
        Files.writeString(certificate, Files.readString(others.clientCertificate()));
        Files.writeString(key, Files.readString(others.clientKey()));
        assertFails(node.options().existing(), UnsafeToProceedException.class)
                .hasMessageContaining("not signed by the etcd CA");
        Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nc2VzYW1l\n-----END PRIVATE KEY-----\n");
        assertFails(node.options().existing(), IllegalArgumentException.class)
                .hasMessageContaining("does not hold an unencrypted PEM private key")
                .hasMessageNotContaining("c2VzYW1l");
        Files.delete(key);
        assertFails(node.options().existing(), IllegalArgumentException.class)
                .hasMessageContaining("no key of the client certificate at " + key);
    }

    /** A connection that is lost at the moment of signing; with a real one that moment cannot be met. */
    @Test
    void the_connection_is_lost_while_it_signs() {
        NodeAccess lost = new NodeAccess() {
            @Override
            public String name() {
                return node.name();
            }

            @Override
            public CommandResult run(NodeCommand command) {
                if (command.title().startsWith("sign")) {
                    throw new OutcomeUnknownException("The connection to node-1 was lost.", null);
                }
                return node.run(command);
            }

            @Override
            public void close() {}
        };
        assertThatThrownBy(() -> new EtcdCertificates(lost, Clock.systemUTC())
                        .store(temp.resolve("here"), node.options().build()))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("No certificate was made: The connection to node-1 was lost");
        assertThat(temp.resolve("here")).doesNotExist();
    }

    @Test
    void the_folder_cannot_be_made() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "");
        assertThatThrownBy(() -> new EtcdCertificates(node, Clock.systemUTC())
                        .store(file, node.options().build()))
                .isInstanceOf(FileSystemException.class);
    }

    @Test
    void options_that_do_not_fit_are_told() {
        assertThatThrownBy(() -> node.options().days(20).build()).hasMessageContaining("would be renewed every time");
        assertThatThrownBy(() -> node.options().days(0).build()).hasMessageContaining("1 to 36500 days");
        assertThatThrownBy(() -> node.options().subject("a\nb").build()).hasMessageContaining("64 characters");
        assertThatThrownBy(() -> node.options().existing().subject("a").build())
                .hasMessageContaining("cannot be chosen");
        assertThatThrownBy(() -> node.options().authorityKey("ca.key").build()).hasMessageContaining("absolute");
        assertThatThrownBy(() -> node.options().deadline(Duration.ZERO).build()).hasMessageContaining("positive");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertFails(
            CertificateOptions.Builder options, Class<? extends RuntimeException> as) {
        Path here = temp.resolve("here");
        AbstractThrowableAssert<?, ? extends Throwable> failure = assertThatThrownBy(
                        () -> new EtcdCertificates(node, Clock.systemUTC()).store(here, options.build()))
                .isInstanceOf(as)
                .satisfies(
                        thrown -> assertThat(thrown.getMessage()).endsWith(".").doesNotContain("\n"));
        assertThat(here).doesNotExist();
        return failure;
    }
}
