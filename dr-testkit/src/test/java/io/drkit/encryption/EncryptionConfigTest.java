package io.drkit.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.keyspace.GroupResource;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a configuration is read from its file and written again, and what decides about a resource. */
class EncryptionConfigTest {

    private static final Bytes SECRET = Bytes.utf8("0123456789abcdef0123456789abcdef");

    @TempDir
    private Path folder;

    static EncryptionConfig recorded(String name) {
        try (InputStream stream = Objects.requireNonNull(EncryptionConfigTest.class.getResourceAsStream("/" + name))) {
            return EncryptionConfig.parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EncryptionConfig named(String name) {
        return new EncryptionConfig(List.of(new Rule(
                List.of("secrets"),
                List.of(new Local(Algorithm.AESCBC, List.of(new EncryptionKey(name, SECRET))), new Identity()))));
    }

    @Test
    void reads_what_a_real_kube_apiserver_was_given() {
        EncryptionConfig config = recorded("encryption-config.yaml");
        assertThat(config.rules())
                .extracting(Rule::resources)
                .containsExactly(List.of("secrets"), List.of("configmaps"), List.of("widgets.example.dr.io"));
        assertThat(config.providersFor(new GroupResource("", "secrets")))
                .containsExactly(
                        new Local(Algorithm.AESCBC, List.of(new EncryptionKey("key1", SECRET))), new Identity());
        assertThat(config.providersFor(new GroupResource("example.dr.io", "widgets")))
                .first()
                .hasToString("aesgcm[gcm1]");
        assertThat(EncryptionConfig.parse(config.toYaml(), "again")).isEqualTo(config);
    }

    @Test
    void keeps_the_order_of_everything() {
        EncryptionConfig config = EncryptionConfig.parse("""
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources:
                - resources: [pods, configmaps]
                  providers:
                  - identity: {}
                  - secretbox: {keys: [{name: b, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}
                  - kms: {apiVersion: v2, name: two, endpoint: "unix:///two.sock", timeout: 5s}
                  - aesgcm:
                      keys:
                      - {name: z, secret: MDEyMzQ1Njc4OWFiY2RlZg==}
                      - {name: a, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3}
                  - kms: {name: one, endpoint: "unix:///one.sock", cachesize: -1}
                - resources: ['*.*']
                  providers: [{identity: {}}]
                """, "test");
        assertThat(config.toString())
                .contains("[pods, configmaps]")
                .contains("[identity, secretbox[b], kms v2[two], aesgcm[z, a], kms v1[one]]");
        assertThat(config.rules().get(0).providers().get(4))
                .isEqualTo(new Kms("v1", "one", "unix:///one.sock", -1, null));
        EncryptionConfig again = EncryptionConfig.parse(config.toYaml(), "again");
        assertThat(again).isEqualTo(config);
        assertThat(again.toYaml()).isEqualTo(config.toYaml());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "007",
                "0x1F",
                "0o7",
                "0b1",
                "1_000",
                "1e3",
                ".5",
                "-.inf",
                ".nan",
                "12:30:45",
                "2026-11-24",
                "on",
                "No",
                "y",
                "true",
                "null",
                "~",
                "no: yes",
                "\"",
                "'",
                "\\",
                "- a",
                "#",
                "a #b",
                "&a",
                "*a",
                "!a",
                "%a",
                "@a",
                "`",
                "{a",
                "[a",
                "|",
                ">",
                "=",
                "<<",
                "?",
                ":",
                "a:b",
                " a ",
                "ключ",
                "鍵",
                "\u2028",
                "\u0085",
                "é\t\n",
                "\ud83d\udd11",
                "a very long name with blanks in it, so long that a writer that folds lines would fold it here and there"
            })
    void a_name_comes_back_as_it_was_and_in_quotes(String name) {
        String yaml = named(name).toYaml();
        assertThat(EncryptionConfig.parse(yaml, "test")).isEqualTo(named(name));
        assertThat(yaml.lines().filter(line -> line.contains("name:")))
                .singleElement()
                .asString()
                .matches(" *- name: \".*\"");
    }

    @Test
    void json_is_read_as_well() {
        assertThat(EncryptionConfig.parse(
                        "{\"kind\":\"EncryptionConfiguration\",\"apiVersion\":\"apiserver.config.k8s.io/v1\",\"resources\":"
                                + "[{\"resources\":[\"secrets\"],\"providers\":[{\"aescbc\":{\"keys\":[{\"name\":\"key1\","
                                + "\"secret\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"}]}},{\"identity\":{}}]}]}",
                        "test"))
                .isEqualTo(named("key1"));
    }

    @Test
    void the_most_specific_pattern_decides_and_rules_for_it_are_joined() {
        EncryptionConfig config = EncryptionConfig.parse("""
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources:
                - {resources: [secrets, deployments.apps], providers: [{kms: {apiVersion: v2, name: exact, endpoint: "unix:///a"}}]}
                - {resources: ['*.apps'], providers: [{kms: {apiVersion: v2, name: apps, endpoint: "unix:///a"}}]}
                - {resources: [secrets], providers: [{identity: {}}]}
                - {resources: ['*.'], providers: [{kms: {apiVersion: v2, name: core, endpoint: "unix:///a"}}]}
                - {resources: ['*.*'], providers: [{kms: {apiVersion: v2, name: all, endpoint: "unix:///a"}}]}
                """, "test");
        assertThat(told(config, "secrets")).isEqualTo("[kms v2[exact], identity]");
        assertThat(told(config, "deployments.apps")).isEqualTo("[kms v2[exact]]");
        assertThat(told(config, "daemonsets.apps")).isEqualTo("[kms v2[apps]]");
        assertThat(told(config, "configmaps")).isEqualTo("[kms v2[core]]");
        assertThat(told(config, "widgets.example.com")).isEqualTo("[kms v2[all]]");
        assertThat(told(config, "deployments.apps.example.com")).isEqualTo("[kms v2[all]]");
        assertThat(told(named("key1"), "configmaps")).isEqualTo("[identity]");
    }

    private static String told(EncryptionConfig config, String resource) {
        return config.providersFor(GroupResource.parse(resource)).toString();
    }

    @Test
    void its_file_is_for_its_owner_only_and_replaced_whole() throws IOException {
        Path file = folder.resolve("config.yaml");
        Files.writeString(file, "something else, that anybody may read");
        named("key1").write(file);
        assertThat(EncryptionConfig.read(file)).isEqualTo(named("key1"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void a_file_that_cannot_be_read_is_said_so() throws IOException {
        assertThatThrownBy(() -> EncryptionConfig.read(folder.resolve("none.yaml")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.yaml");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> EncryptionConfig.read(binary)).isInstanceOf(IllegalArgumentException.class);
    }
}
