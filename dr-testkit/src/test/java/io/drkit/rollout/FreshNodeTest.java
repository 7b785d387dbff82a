package io.drkit.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.testkit.LocalNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file on a node without Kubernetes, and taken away again. */
class FreshNodeTest {

    private static final Bytes CONTENT = Bytes.utf8("content");

    @TempDir
    private Path folder;

    private Path file = Path.of("");
    private Path manifest = Path.of("");
    private FreshNode node = new FreshNode(new LocalNode("f-1"), "/nowhere", "/nowhere");

    @BeforeEach
    void prepare() {
        file = folder.resolve("etc/enc.yaml");
        manifest = folder.resolve("kube-apiserver.yaml");
        node = new FreshNode(new LocalNode("f-1"), file.toString(), manifest.toString());
    }

    @Test
    void the_file_and_its_folder_come_and_go() {
        ApiserverState before = node.look();
        assertThat(before.file()).isEmpty();
        node.install(CONTENT, before);
        node.install(CONTENT, before);
        assertThat(file).hasContent("content");
        node.restore(before, CONTENT);
        node.restore(before, CONTENT);
        assertThat(file.getParent()).doesNotExist();
    }

    @Test
    void a_folder_that_was_there_stays() throws IOException {
        Files.createDirectory(file.getParent());
        ApiserverState before = node.look();
        node.install(CONTENT, before);
        node.restore(before, CONTENT);
        assertThat(file.getParent()).isEmptyDirectory();
    }

    @Test
    void what_an_earlier_run_has_under_way_comes_to_nothing() throws IOException {
        ApiserverState before = node.look();
        Path staged = file.resolveSibling(".enc.yaml.drkit-new-4711");
        Files.createDirectories(staged);
        Files.writeString(staged.resolve("new"), "content");
        node.restore(before, CONTENT);
        assertThat(file.getParent()).doesNotExist();
    }

    @Test
    void anothers_file_is_left_alone() throws IOException {
        ApiserverState before = node.look();
        node.install(CONTENT, before);
        Files.writeString(file, "another's");
        assertThatThrownBy(() -> node.restore(before, CONTENT)).hasMessageContaining("another has changed it");
        assertThat(file).hasContent("another's");
    }

    @Test
    void a_node_with_kubernetes_is_not_fresh() throws IOException {
        ApiserverState before = node.look();
        node.install(CONTENT, before);
        Files.writeString(manifest, "kind: Pod");
        assertThatThrownBy(node::look)
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("is not fresh");
        assertThatThrownBy(() -> node.restore(before, CONTENT)).isInstanceOf(UnsafeToProceedException.class);
        assertThat(file).hasContent("content");
    }
}
