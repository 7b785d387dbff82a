package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A namespace of 5,000 objects that are 40 MB together, through a process that may have 36 MB of heap. */
class LargeSiteTest {

    private static final int OBJECTS = 5000;
    private static final String TEXT = "0123456789 line of a configuration file\n".repeat(200);

    @TempDir
    Path folder;

    @Test
    void memory_does_not_grow_with_the_number_of_objects() throws Exception {
        try (InMemoryApi api = new InMemoryApi()) {
            InMemoryNamespace.in(api, "large");
            for (int i = 0; i < OBJECTS; i++) {
                ObjectNode object = InMemoryApi.object("v1", "ConfigMap", "large", "c-" + i);
                object.putObject("data").put("text", TEXT);
                api.load(object);
            }
            Path kubeconfig = folder.resolve("kubeconfig");
            api.kubeconfig(kubeconfig);
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx36m",
                            "-XX:+UseSerialGC",
                            "-XX:+ExitOnOutOfMemoryError",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ArtifactProgram.class.getName(),
                            kubeconfig.toString(),
                            "large",
                            folder.resolve("large.tar.gz").toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            // With the namespace and its default account.
            assertThat(output).contains(OBJECTS + 2 + " exported, " + (OBJECTS + 2) + " looked at");
            assertThat(api.largestPage()).isEqualTo(ObjectApi.PAGE);
        }
    }
}
