package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sites by TLS, by mutual TLS and by user, from a configuration file and from options. */
class ConfigurationTest {

    @TempDir
    Path folder;

    @Test
    void two_sites_stand_in_a_file_and_change_places_by_name() throws IOException {
        try (EtcdServer east = EtcdServer.builder().mutualTls().start();
                EtcdServer west = EtcdServer.builder().tls().auth("password-1").start()) {
            Files.writeString(folder.resolve("password"), "password-1\n");
            Path config = Files.writeString(folder.resolve("drkit.yaml"), """
                    sites:
                      primary:
                        endpoints: [%s]
                        cacert: %s
                        cert: %s
                        key: %s
                      standby:
                        endpoints: %s
                        cacert: %s
                        user: root
                        password-file: password
                    """.formatted(
                            east.endpoint(0),
                            east.certificates().authority(),
                            east.certificates().clientCertificate(),
                            east.certificates().clientKey(),
                            west.endpoint(0),
                            west.certificates().authority()));
            east.etcdctl("put", "/a/1", "one");

            Cli mirrored = drkit("mirror", "--once", "--scope", "prefix:/a/", "--config", config.toString());
            assertThat(mirrored.code()).as(mirrored.err()).isZero();
            assertThat(west.etcdctl("get", "/a/1")).contains("one");

            Cli checked = drkit("check", "--scope", "prefix:/a/", "--config", config.toString());
            assertThat(checked.code()).as(checked.err()).isZero();

            // The same names, the other way round: what only one side has is missed instead of surplus.
            west.etcdctl("put", "/a/2", "two");
            String[] reverse = {
                "check", "--from", "standby", "--to", "primary", "--scope", "prefix:/a/", "--config", config.toString()
            };
            assertThat(drkit(reverse).out()).contains("missed keys: 1", "surplus keys: 0");
        }
    }

    @Test
    void the_same_by_options() {
        try (EtcdServer etcd = EtcdServer.builder().mutualTls().start()) {
            Cli shown = drkit(
                    "role",
                    "show",
                    "--at",
                    etcd.endpoint(0),
                    "--at-cacert",
                    etcd.certificates().authority().toString(),
                    "--at-cert",
                    etcd.certificates().clientCertificate().toString(),
                    "--at-key",
                    etcd.certificates().clientKey().toString());
            assertThat(shown.code()).as(shown.err()).isZero();

            Cli half = drkit(
                    "role",
                    "show",
                    "--at",
                    etcd.endpoint(0),
                    "--at-cert",
                    etcd.certificates().clientCertificate().toString());
            assertThat(half.code()).isEqualTo(2);
            assertThat(half.err()).contains("--at-key");
        }
    }
}
