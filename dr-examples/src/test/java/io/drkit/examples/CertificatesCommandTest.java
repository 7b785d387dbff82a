package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.TestCertificates;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit certificates fetch} by real OpenSSH servers, for a real etcd that asks for client certificates. */
class CertificatesCommandTest {

    private static final String PASSWORD = "only-a-test";

    private static EtcdServer etcd;
    private static OpenSshServer node;

    @TempDir
    Path folder;

    private Path out;

    @BeforeAll
    static void start() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is absent");
        etcd = EtcdServer.builder().mutualTls().start();
        node = OpenSshServer.builder().start();
    }

    @AfterAll
    static void stop() {
        if (etcd != null) {
            etcd.close();
            node.close();
        }
    }

    @BeforeEach
    void folders() {
        out = folder.resolve("primary");
    }

    @Test
    void the_certificate_that_is_fetched_opens_the_sites_etcd_from_then_on() throws IOException {
        Cli made = fetch(config(etcd.endpoint(0), "", node));
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.err()).isEmpty();
        assertThat(made.out())
                .contains("primary " + name(node) + ": made CN=drkit of CN=DrKit test authority, expires on ")
                .contains("It opens the etcd of primary.")
                .contains("    cacert: primary/ca.crt\n    cert: primary/client.crt\n    key: primary/client.key\n");

        String lines = made.out().substring(made.out().indexOf("    cacert"));
        Path config = config(etcd.endpoint(0), lines, node);
        Cli shown = drkit("role", "show", "--at", "primary", "--config", config.toString());
        assertThat(shown.code()).as(shown.err()).isZero();

        Cli kept = fetch(config, "--output", "json");
        assertThat(kept.code()).as(kept.err()).isZero();
        JsonNode json = kept.json();
        assertThat(json.path("action").asText()).isEqualTo("kept");
        assertThat(json.path("subject").asText()).isEqualTo("CN=drkit");
        assertThat(json.path("opens").asBoolean()).isTrue();
        assertThat(json.path("sha256").asText()).hasSize(64);
        assertThat(json.path("configuration").path("isThere").asBoolean()).isTrue();
        assertThat(fetch(config, "--renew").out())
                .contains(": renewed CN=drkit")
                .doesNotContain("cacert");
    }

    @Test
    void the_pair_of_the_node_is_fetched_when_that_is_asked_for() throws IOException {
        String[] existing = {
            "--existing",
            "--cert",
            etcd.certificates().clientCertificate().toString(),
            "--key",
            etcd.certificates().clientKey().toString()
        };
        Cli fetched = fetch(config(etcd.endpoint(0), "", node), existing);
        assertThat(fetched.code()).as(fetched.err()).isZero();
        assertThat(fetched.out()).contains(": fetched CN=client of ", "It opens the etcd");
        Cli near = fetch(
                config(etcd.endpoint(0), "", node), append(existing, "--renew-before", "400d", "--output", "json"));
        assertThat(near.json().path("action").asText()).isEqualTo("kept");
        assertThat(near.err()).contains("drkit: warning: the certificate of " + name(node) + " itself expires on ");
    }

    @Test
    void no_key_shows_in_a_process_or_in_a_file_that_others_can_read() throws IOException {
        Path config = config(etcd.endpoint(0), "", node);
        List<String> keys = new ArrayList<>();
        try (Onlooker onlooker = new Onlooker(folder)) {
            for (int i = 0; i < 3; i++) {
                assertThat(fetch(config, "--renew").code()).isZero();
                keys.add(Files.readAllLines(out.resolve("client.key")).get(2));
            }
            String[] existing = {
                "--renew",
                "--existing",
                "--cert",
                etcd.certificates().clientCertificate().toString(),
                "--key",
                etcd.certificates().clientKey().toString()
            };
            assertThat(fetch(config, existing).out()).contains("CN=client");
            keys.add(Files.readAllLines(etcd.certificates().clientKey()).get(2));
            keys.add(Files.readAllLines(etcd.certificates().authorityKey()).get(2));
            // It does see what there is to see.
            assertThat(onlooker.seen()).anyMatch(seen -> seen.contains("openssl"));
            assertThat(onlooker.seen()).anyMatch(seen -> seen.contains("drkit.yaml"));
            assertThat(onlooker.seen())
                    .noneMatch(seen -> keys.stream().anyMatch(seen::contains) || seen.contains("PRIVATE KEY"));
        }
    }

    @Test
    void a_node_that_cannot_be_reached_is_passed_over() throws IOException {
        try (OpenSshServer down = OpenSshServer.builder().start()) {
            Path config = config(etcd.endpoint(0), "", down, node);
            down.stop();
            Cli made = fetch(config, "--output", "json");
            assertThat(made.code()).as(made.err()).isZero();
            assertThat(made.err()).contains(name(down) + " refuses the connection", "Trying the next node.");
            assertThat(made.json().path("node").asText()).isEqualTo(name(node));

            Path alone = config(etcd.endpoint(0), "", down);
            Cli none = fetch(alone, "--renew");
            assertThat(none.code()).isEqualTo(4);
            assertThat(none.err()).contains("refuses the connection").doesNotContain("Trying");
        }
    }

    @Test
    void an_etcd_that_does_not_let_it_in_is_told_and_the_files_are_kept() throws IOException {
        try (EtcdServer other = EtcdServer.builder().mutualTls().start()) {
            Cli made = fetch(config(other.endpoint(0), "", node), "--output", "json");
            assertThat(made.code()).isEqualTo(4);
            assertThat(made.err()).contains("The files are in " + out + ", but ", "not signed by the CA file");
            assertThat(made.json().path("opens").asBoolean(true)).isFalse();
            assertThat(made.json().path("error").asText()).contains("not signed by the CA file");
            assertThat(out.resolve("client.key")).exists();
        }
        Path nowhere = Files.writeString(folder.resolve("drkit.yaml"), "sites: {}\n" + nodes(node));
        assertThat(fetch(nowhere).out()).contains("kept", "Not tried: the configuration names no endpoints");
    }

    @Test
    void files_of_another_ca_are_not_written_over() throws IOException {
        Path config = config(etcd.endpoint(0), "", node);
        assertThat(fetch(config).code()).isZero();
        TestCertificates others = TestCertificates.create(Files.createDirectory(folder.resolve("others")), false);
        String[] another = {
            "--ca",
            others.authority().toString(),
            "--ca-key",
            others.authorityKey().toString()
        };
        Cli refused = fetch(config, another);
        assertThat(refused.code()).isEqualTo(5);
        assertThat(refused.err()).contains("is not the etcd CA of", "--accept-new-ca");
        Cli accepted = fetch(config, append(another, "--accept-new-ca"));
        assertThat(accepted.out()).contains(": renewed CN=drkit");
        assertThat(accepted.code()).isEqualTo(4);
    }

    @Test
    void a_certificate_that_runs_out_is_told_before_it_does_and_afterwards() throws IOException {
        Path config = config(etcd.endpoint(0), "", node);
        assertThat(fetch(config, "--days", "10", "--renew-before", "1d").code()).isZero();
        String cert = out.resolve("client.crt").toString();
        Cli soon = show(out.resolve("ca.crt"), cert, out.resolve("client.key"));
        assertThat(soon.code()).as(soon.err()).isZero();
        assertThat(soon.json().isObject()).isTrue();
        assertThat(soon.err())
                .containsOnlyOnce("warning")
                .matches("drkit: warning: the client certificate " + cert
                        + " expires on \\d{4}-\\d\\d-\\d\\d, in 9 days; renew it with 'drkit certificates fetch'\\.\n");

        TestCertificates expired = TestCertificates.create(Files.createDirectory(folder.resolve("old")), true);
        Cli late = show(expired.authority(), expired.serverCertificate().toString(), expired.serverKey());
        assertThat(late.code()).isEqualTo(2);
        assertThat(late.err())
                .matches("drkit: The client certificate .* expired on \\d{4}-\\d\\d-\\d\\d; renew it .*\n");

        // What does without the other site, if need be, still does.
        Cli promoted = drkit(
                "role",
                "promote",
                "--at",
                etcd.endpoint(0),
                "--at-cacert",
                etcd.certificates().authority().toString(),
                "--at-cert",
                cert,
                "--at-key",
                out.resolve("client.key").toString(),
                "--old",
                "https://127.0.0.1:1",
                "--old-cert",
                expired.serverCertificate().toString(),
                "--old-key",
                expired.serverKey().toString());
        assertThat(promoted.code()).as(promoted.err()).isZero();
        assertThat(promoted.out()).contains("The old primary is not a standby yet");
        assertThat(promoted.err())
                .contains(
                        "in 9 days", "warning: the client certificate " + expired.serverCertificate() + " expired on ");
    }

    @Test
    void where_kubeadm_puts_them_sudo_reads_them_and_who_may_not_is_told() throws IOException {
        assumeTrue(OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces: for a user of its own");
        try (OpenSshServer apart = OpenSshServer.builder()
                .account("keeper", PASSWORD, "ALL=(ALL) ALL")
                .start()) {
            Path pki = Files.createDirectories(apart.folder().resolve("etc/kubernetes/pki/etcd"));
            Files.copy(etcd.certificates().authority(), pki.resolve("ca.crt"));
            Files.copy(etcd.certificates().authorityKey(), pki.resolve("ca.key"));
            Files.setPosixFilePermissions(pki.resolve("ca.crt"), PosixFilePermissions.fromString("rw-r--r--"));
            Path config = config(etcd.endpoint(0), "", apart);
            String text = Files.readString(config).replace("user: " + apart.user(), "user: keeper");
            Files.writeString(config, text);
            Cli refused = plainFetch(config);
            assertThat(refused.code()).isEqualTo(4);
            assertThat(refused.err())
                    .contains(
                            "The key of the etcd CA at /etc/kubernetes/pki/etcd/ca.key on keeper@",
                            "Permission denied");
            assertThat(out).doesNotExist();

            Files.writeString(config, text.replace("user: keeper", "user: keeper, sudo-password: " + PASSWORD));
            Cli made = plainFetch(config);
            assertThat(made.code()).as(made.err()).isZero();
            assertThat(made.out()).contains(": made CN=drkit", "It opens the etcd of primary.");
            assertThat(pki).isDirectoryNotContaining(file -> !file.toString().matches(".*/ca\\.(crt|key)"));
        }
    }

    @Test
    void wrong_usage_is_told() throws IOException {
        Path config = config(etcd.endpoint(0), "", node);
        String dir = out.toString();
        assertThat(drkit("certificates", "fetch", "--at", "primary", "--out-dir", dir)
                        .code())
                .isEqualTo(2);
        assertThat(fetch(config, "--existing", "--days", "3").err()).contains("not for --existing");
        assertThat(plainFetch(config, "--key", "/k").err()).contains("--existing fetches");
        assertThat(fetch(config, "--days", "3").err()).contains("would be renewed every time");
        assertThat(drkit("certificates", "fetch", "--at", "moon", "--out-dir", dir, "--config", config.toString())
                        .err())
                .contains("No nodes of 'moon'");
        Cli none = plainFetch(config, "--ca", "/no/such/ca.crt");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("no certificate of the etcd CA at /no/such/ca.crt on " + name(node));
        Path file = Files.writeString(folder.resolve("file"), "");
        out = file;
        Cli unwritable = fetch(config);
        assertThat(unwritable.code()).isEqualTo(2);
        assertThat(unwritable.err()).contains("Cannot write " + file);
    }

    private Cli fetch(Path config, String... more) {
        String[] authority = {
            "--ca", etcd.certificates().authority().toString(),
        };
        String[] key = {"--ca-key", etcd.certificates().authorityKey().toString()};
        List<String> given = Arrays.asList(more);
        String[] with = given.contains("--ca") ? more : append(more, authority);
        return plainFetch(
                config, given.contains("--existing") || given.contains("--ca-key") ? with : append(with, key));
    }

    private Cli plainFetch(Path config, String... more) {
        String[] command = {
            "certificates", "fetch", "--at", "primary", "--config", config.toString(), "--out-dir", out.toString()
        };
        return drkit(append(command, more));
    }

    private static Cli show(Path cacert, String cert, Path key) {
        String[] command = {"role", "show", "--at", etcd.endpoint(0), "--output", "json"};
        return drkit(append(command, "--at-cacert", cacert.toString(), "--at-cert", cert, "--at-key", key.toString()));
    }

    private static String[] append(String[] first, String... then) {
        String[] all = Arrays.copyOf(first, first.length + then.length);
        System.arraycopy(then, 0, all, first.length, then.length);
        return all;
    }

    /** @param lines what the command said should be in it */
    private Path config(String endpoint, String lines, OpenSshServer... nodes) throws IOException {
        String sites = "sites:\n  primary:\n    endpoints: " + endpoint + "\n" + lines;
        return Files.writeString(folder.resolve("drkit.yaml"), sites + nodes(nodes));
    }

    private static String nodes(OpenSshServer... nodes) throws IOException {
        StringBuilder hosts = new StringBuilder();
        StringBuilder known = new StringBuilder();
        for (OpenSshServer each : nodes) {
            hosts.append(hosts.isEmpty() ? "" : ", ")
                    .append("\"127.0.0.1:")
                    .append(each.port())
                    .append('"');
            known.append(Files.readString(each.knownHosts()));
            each.authorize(publicKey());
        }
        Path file = Files.writeString(Files.createTempFile(node.folder(), "known_hosts", ""), known);
        return "nodes:\n  primary: {hosts: [%s], user: %s, key: %s, known-hosts: %s}\n"
                .formatted(hosts, node.user(), node.clientKey(), file);
    }

    private static String publicKey() throws IOException {
        return Files.readString(Path.of(node.clientKey() + ".pub"));
    }

    private static String name(OpenSshServer server) {
        return server.user() + "@127.0.0.1:" + server.port();
    }
}
