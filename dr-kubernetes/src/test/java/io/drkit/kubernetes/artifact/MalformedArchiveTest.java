package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.artifact.ApplyOptions;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that are none, or want more than they may: one sentence, and nothing applied. */
class MalformedArchiveTest {

    private static final String MANIFEST = "{apiVersion: artifacts.drkit.io/v1, kind: Artifacts}";
    private static final String GOOD = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}}";

    private final InMemoryApi api = new InMemoryApi();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void one_that_is_in_order_is_applied() throws IOException {
        Path archive = tar(entry("artifacts.yaml", MANIFEST), entry("a.yaml", GOOD));
        try (KubernetesClient client = api.client()) {
            assertThat(new KubernetesArtifacts(client)
                            .apply(archive, ApplyOptions.DEFAULTS)
                            .isComplete())
                    .isTrue();
        }
        assertThat(api.writes()).isNotEmpty();
    }

    @Test
    void paths_that_lead_out_of_it() throws IOException {
        refused(tar(entry("artifacts.yaml", MANIFEST), entry("/etc/a.yaml", GOOD)), "/etc/a.yaml", "leads out");
        refused(tar(entry("artifacts.yaml", MANIFEST), entry("a/../../b.yaml", GOOD)), "..", "leads out");
    }

    @Test
    void links() throws IOException {
        TarArchiveEntry link = new TarArchiveEntry("a.yaml", TarConstants.LF_SYMLINK);
        link.setLinkName("/etc/passwd");
        refused(tar(entry("artifacts.yaml", MANIFEST), new Entry(link, "")), "a.yaml", "neither a file nor a folder");
    }

    @Test
    void an_entry_larger_than_any_object() throws IOException {
        refused(
                tar(entry("artifacts.yaml", MANIFEST), entry("a.yaml", "#".repeat(Yaml.LARGEST + 1))),
                "a.yaml",
                "larger than any object");
    }

    @Test
    void yaml_that_is_none() throws IOException {
        refused(tar(entry("artifacts.yaml", MANIFEST), entry("a.yaml", GOOD), entry("b.yaml", "x: [\n")), "b.yaml");
    }

    @Test
    void objects_that_are_none() throws IOException {
        for (String object : new String[] {
            "{kind: ConfigMap, metadata: {name: a}}",
            "{apiVersion: v1, kind: ConfigMap, metadata: {}}",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: 1}}",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: \"../../secrets/x\", namespace: a}}",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: \"a/b\"}}",
            "{apiVersion: \"v1/../x\", kind: ConfigMap, metadata: {name: a}}",
            "{apiVersion: v1, kind: List, metadata: {name: a}, items: []}"
        }) {
            refused(tar(entry("artifacts.yaml", MANIFEST), entry("b.yaml", object)), "b.yaml");
        }
    }

    @Test
    void an_object_that_is_in_it_twice() throws IOException {
        refused(
                tar(entry("artifacts.yaml", MANIFEST), entry("a.yaml", GOOD), entry("b.yaml", GOOD)),
                "a.yaml",
                "b.yaml",
                "ConfigMap a");
    }

    @Test
    void what_is_no_archive() throws IOException {
        refused(Files.writeString(folder.resolve("text"), "hello"), "no tar.gz");
        refused(Files.write(folder.resolve("empty"), new byte[0]), "no tar.gz");
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write("no tar".repeat(500).getBytes(StandardCharsets.UTF_8));
        }
        refused(Files.write(folder.resolve("gzip"), gzip.toByteArray()), "no tar inside");
        refused(tar(entry("a.yaml", GOOD)), "no artifacts.yaml");
        refused(tar(entry("artifacts.yaml", MANIFEST.replace("/v1", "/v7"))), "another version", "/v7");
        refused(Files.createDirectory(folder.resolve("nothing")), "no artifacts.yaml");
        assertThatThrownBy(() -> apply(folder.resolve("missing"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void one_that_is_cut_off_anywhere() throws IOException {
        byte[] whole = Files.readAllBytes(tar(entry("artifacts.yaml", MANIFEST), entry("a.yaml", GOOD)));
        for (int length = 0; length < whole.length - 1; length += 7) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> apply(cut))
                    .as("cut off at %s of %s", length, whole.length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(api.writes()).isEmpty();
    }

    /** gzip has a checksum of all that is in it, at its end. */
    @Test
    void one_in_which_a_letter_is_another() throws IOException {
        byte[] whole =
                Files.readAllBytes(stored("{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: default},"
                        + " stringData: {p: hunter2}}"));
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        byte[] damaged = text.replace("hunter2", "hunter3").getBytes(StandardCharsets.ISO_8859_1);
        refused(Files.write(folder.resolve("damaged"), damaged), "damaged");
    }

    @Test
    void bindings_of_nobody() throws IOException {
        refused(
                tar(
                        entry("artifacts.yaml", MANIFEST),
                        entry(
                                "b.yaml",
                                "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a, namespace: default}, subjects: [hunter2]}")),
                "b.yaml");
        refused(
                tar(
                        entry("artifacts.yaml", MANIFEST),
                        entry(
                                "b.yaml",
                                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default, annotations: hunter2}}")),
                "b.yaml");
    }

    @Test
    void options_that_do_not_go_with_it() throws IOException {
        Path archive = tar(entry("artifacts.yaml", MANIFEST), entry("a.yaml", GOOD));
        try (KubernetesClient client = api.client()) {
            assertThatThrownBy(() -> new KubernetesArtifacts(client)
                            .apply(
                                    archive,
                                    ApplyOptions.builder()
                                            .namespace("other", "x")
                                            .build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("other", "default");
        }
        Path two = tar(
                entry("artifacts.yaml", MANIFEST),
                entry("a.yaml", GOOD),
                entry("b.yaml", GOOD.replace("default", "other")));
        try (KubernetesClient client = api.client()) {
            assertThatThrownBy(() -> new KubernetesArtifacts(client)
                            .apply(
                                    two,
                                    ApplyOptions.builder()
                                            .namespace("other", "default")
                                            .build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("a.yaml", "b.yaml");
        }
        Path merged = tar(
                entry("artifacts.yaml", MANIFEST),
                entry("a.yaml", GOOD),
                entry("b.yaml", GOOD.replace("default", "other").replace("name: a", "name: b")));
        try (KubernetesClient client = api.client()) {
            assertThatThrownBy(() -> new KubernetesArtifacts(client)
                            .apply(
                                    merged,
                                    ApplyOptions.builder()
                                            .namespace("other", "default")
                                            .build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a namespace default already");
        }
        for (String name : new String[] {"", "Shop", "a/b", "..", "a?x"}) {
            assertThatThrownBy(() ->
                            ApplyOptions.builder().namespace("default", name).build())
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(api.writes()).isEmpty();
    }

    private void refused(Path archive, String... parts) {
        assertThatThrownBy(() -> apply(archive))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts)
                .message()
                .doesNotContain("\n");
        assertThat(api.writes()).isEmpty();
    }

    private void apply(Path archive) throws IOException {
        try (KubernetesClient client = api.client()) {
            new KubernetesArtifacts(client).apply(archive, ApplyOptions.DEFAULTS);
        }
    }

    /** Not compressed, so that what is in it can be found. */
    private Path stored(String object) throws IOException {
        Path file = Files.createTempFile(folder, "archive", ".tar.gz");
        Path tar = tar(entry("artifacts.yaml", MANIFEST), entry("a.yaml", object));
        try (InputStream in = new GZIPInputStream(Files.newInputStream(tar));
                GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file)) {
                    {
                        def.setLevel(Deflater.NO_COMPRESSION);
                    }
                }) {
            in.transferTo(out);
        }
        return file;
    }

    private record Entry(TarArchiveEntry header, String content) {}

    private static Entry entry(String path, String content) {
        TarArchiveEntry header = new TarArchiveEntry(path, true);
        header.setSize(content.getBytes(StandardCharsets.UTF_8).length);
        return new Entry(header, content);
    }

    private Path tar(Entry... entries) throws IOException {
        Path file = Files.createTempFile(folder, "archive", ".tar.gz");
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            for (Entry entry : entries) {
                tar.putArchiveEntry(entry.header());
                tar.write(entry.content().getBytes(StandardCharsets.UTF_8));
                tar.closeArchiveEntry();
            }
        }
        return file;
    }
}
