package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README promises a reader who copies from it. */
class ReadmeExampleTest {

    private static final Path SOURCES = Path.of("src/main/java/io/drkit/examples");

    @ParameterizedTest
    @ValueSource(strings = {"ReadmeExample", "ReadmeVolumesExample"})
    void the_readme_shows_the_code_that_is_tested(String name) throws IOException {
        String source = Files.readString(SOURCES.resolve(name + ".java"));
        String example = source.substring(
                source.indexOf("// README: from here\n") + "// README: from here\n".length(),
                source.indexOf("// README: to here"));
        assertThat(Files.readString(Path.of("../README.md"))).contains(example.stripIndent());
    }

    @Test
    void the_example_works() throws InterruptedException {
        try (EtcdServer primary = EtcdServer.builder().start();
                EtcdServer standby = EtcdServer.builder().start()) {
            primary.etcdctl("put", "/registry/configmaps/a/1", "one");
            assertThat(ReadmeExample.mirrorAndCheck(primary.endpoint(0), standby.endpoint(0))
                            .isConsistent())
                    .isTrue();
            assertThat(standby.etcdctl("get", "/registry/configmaps/a/1")).contains("one");
        }
    }
}
