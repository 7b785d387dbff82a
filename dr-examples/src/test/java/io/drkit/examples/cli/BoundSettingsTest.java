package io.drkit.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.examples.cli.PlatformSettings.Sites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run is bound to: it does not go on where another part of the platform would be left out, or taken in. */
class BoundSettingsTest {

    private static final String FILE = """
            sites:
              primary: {endpoints: 'http://192.0.2.1:2379', user: drkit, password: hunter2}
              standby: {endpoints: 'http://192.0.2.2:2379'}
            nodes:
              primary: {hosts: [node-1, node-2], user: core, password: hunter2, known-hosts: known}
            clusters:
              primary: {kubeconfig: one.kubeconfig}
              standby: {kubeconfig: two.kubeconfig}
            volumes: {schedule: '*/15 * * * *', parallel: 8}
            dns:
              names: [platform.example.com]
              addresses: {primary: 192.0.2.3, standby: 192.0.2.4}
              backend: {type: rfc2136, server: 192.0.2.5, key-name: drkit, secret-file: secret.key}
            runbooks: {resolution-timeout: 5m}
            """;

    @TempDir
    Path folder;

    private String bound(String yaml) throws IOException {
        Files.writeString(folder.resolve("known"), "");
        Path file = Files.writeString(folder.resolve("drkit.yaml"), yaml);
        return PlatformSettings.read(file, Sites.DEFAULT, Duration.ofSeconds(1)).bound();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            , node-2            | ''
            one.kubeconfig      | other.kubeconfig
            */15                | */30
            rfc2136, server     | hosts, server
            192.0.2.4           | 192.0.2.9
            """)
    void another_part_of_the_platform_is_another_plan(String part, String other) throws IOException {
        assertThat(bound(FILE.replace(part, other))).isNotEqualTo(bound(FILE));
    }

    @Test
    void a_secret_is_no_part_of_it_and_neither_is_what_may_change_in_the_midst_of_a_run() throws IOException {
        assertThat(bound(FILE)).contains("node-2").doesNotContain("hunter2", "secret.key");
        assertThat(bound(FILE.replace("hunter2", "other")
                        .replace("parallel: 8", "parallel: 2")
                        .replace("5m", "9m")))
                .isEqualTo(bound(FILE));
    }
}
