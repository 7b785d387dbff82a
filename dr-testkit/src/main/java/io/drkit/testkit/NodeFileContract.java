package io.drkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.FileReplacement;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeFile;
import io.drkit.node.ReplacedFile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link NodeAccessContract} says of files; and what its tests share: the node under test, and a folder there that is theirs alone. */
public abstract class NodeFileContract {

    private NodeAccess node;
    private String folder;

    /** Opens an access to the node under test; the same node within one test. Closed by the contract. */
    protected abstract NodeAccess open();

    @BeforeEach
    void openNode() {
        node = open();
        folder = sh("mktemp -d").outText();
    }

    @AfterEach
    void closeNode() {
        sh("rm -rf -- \"$1\"", folder);
        node.close();
    }

    @Test
    void reads_a_file_with_mode_owner_and_checksum() {
        Bytes content = random(70_000);
        String path = write("file", content, "640");
        NodeFile file = node.read(path).orElseThrow();
        assertThat(file.content()).isEqualTo(content);
        assertThat(file.mode()).isEqualTo(0640);
        assertThat(file.owner()).isEqualTo(sh("stat -c %U:%G \"$1\"", path).outText());
        assertThat(file.sha256())
                .isEqualTo(sh("sha256sum < \"$1\"", path).outText().substring(0, 64));
        assertThat(file.path()).isEqualTo(path);
        assertThat(file.toString()).doesNotContain(content.utf8()).contains("0640");
    }

    @Test
    void reads_files_with_awkward_names_and_no_content() {
        for (String name : new String[] {"a b", "it's", "-rf", "$(id)", "*", "ü", "back\\slash", ".dot"}) {
            String path = write(name, Bytes.EMPTY, "600");
            assertThat(node.read(path).orElseThrow().content()).as(name).isEqualTo(Bytes.EMPTY);
            assertThat(node.replace(FileReplacement.of(path, Bytes.utf8(name)).build())
                            .changed())
                    .isTrue();
            assertThat(read(path)).isEqualTo(Bytes.utf8(name));
        }
    }

    @Test
    void a_file_that_is_not_there_is_an_answer() {
        assertThat(node.read(folder + "/none")).isEmpty();
        assertThat(node.read(folder + "/no/such/folder")).isEmpty();
    }

    @Test
    void what_is_no_file_is_refused() {
        assertThatThrownBy(() -> node.read(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(folder);
        assertThatThrownBy(() -> replace(folder, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> node.read("relative")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> node.read(folder + "/a\nb")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void replaces_a_file_keeps_mode_and_owner_and_backs_it_up() {
        String path = write("config.yaml", Bytes.utf8("old"), "640");
        String attributes = attributes(path);
        Instant now = Instant.parse("2026-11-24T10:11:12.345Z");
        ReplacedFile replaced = node.replace(FileReplacement.of(path, Bytes.utf8("new"))
                .clock(Clock.fixed(now, ZoneOffset.UTC))
                .build());
        assertThat(replaced.changed()).isTrue();
        assertThat(replaced.path()).isEqualTo(path);
        assertThat(read(path)).isEqualTo(Bytes.utf8("new"));
        assertThat(replaced.sha256()).isEqualTo(node.read(path).orElseThrow().sha256());
        assertThat(attributes(path)).isEqualTo(attributes);

        String backup = replaced.backup().orElseThrow();
        assertThat(backup).startsWith(folder + "/.config.yaml.drkit-20261124T101112.345Z");
        assertThat(read(backup)).isEqualTo(Bytes.utf8("old"));
        assertThat(attributes(backup)).isEqualTo(attributes);
        assertThat(names())
                .as("no other file is left, and no pod for the kubelet")
                .hasSize(2);
    }

    @Test
    void replacing_again_changes_nothing() {
        String path = write("file", Bytes.utf8("old"), "600");
        replace(path, "new");
        String[] names = names();
        String inode = sh("stat -c %i \"$1\"", path).outText();
        ReplacedFile again = replace(path, "new");
        assertThat(again.changed()).isFalse();
        assertThat(again.backup()).isEmpty();
        assertThat(names()).isEqualTo(names);
        assertThat(sh("stat -c %i \"$1\"", path).outText()).isEqualTo(inode);
    }

    @Test
    void every_replacement_has_its_own_backup() {
        String path = write("file", Bytes.utf8("1"), "600");
        ReplacedFile second = replace(path, "2");
        ReplacedFile third = replace(path, "3");
        assertThat(read(second.backup().orElseThrow())).isEqualTo(Bytes.utf8("1"));
        assertThat(read(third.backup().orElseThrow())).isEqualTo(Bytes.utf8("2"));
    }

    @Test
    void creates_a_file_for_its_owner_only_unless_told_otherwise() {
        ReplacedFile created = replace(folder + "/fresh", "secret");
        assertThat(created.changed()).isTrue();
        assertThat(created.backup()).isEmpty();
        assertThat(node.read(folder + "/fresh").orElseThrow().mode()).isEqualTo(0600);

        String owner = sh("stat -c %U:%G \"$1\"", folder).outText();
        node.replace(FileReplacement.of(folder + "/open", Bytes.utf8("x"))
                .modeIfAbsent(0444)
                .ownerIfAbsent(owner)
                .build());
        NodeFile open = node.read(folder + "/open").orElseThrow();
        assertThat(open.mode()).isEqualTo(0444);
        assertThat(open.owner()).isEqualTo(owner);
    }

    @Test
    void replaces_a_read_only_file() {
        String path = write("file", Bytes.utf8("old"), "400");
        replace(path, "new");
        assertThat(node.read(path).orElseThrow().mode()).isEqualTo(0400);
        assertThat(read(path)).isEqualTo(Bytes.utf8("new"));
    }

    @Test
    void follows_a_link_and_leaves_it() {
        String path = write("real", Bytes.utf8("old"), "600");
        sh("ln -s real \"$1/link\"", folder);
        ReplacedFile replaced = replace(folder + "/link", "new");
        assertThat(replaced.path()).isEqualTo(path);
        assertThat(read(path)).isEqualTo(Bytes.utf8("new"));
        assertThat(sh("readlink \"$1/link\"", folder).outText()).isEqualTo("real");
    }

    @Test
    void replaces_only_what_is_expected() {
        String path = write("file", Bytes.utf8("old"), "600");
        Optional<NodeFile> read = node.read(path);
        write("file", Bytes.utf8("another's"), "600");
        assertThatThrownBy(() -> node.replace(FileReplacement.of(path, Bytes.utf8("new"))
                        .expected(read)
                        .build()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(path);
        assertThatThrownBy(() -> node.replace(FileReplacement.of(path, Bytes.utf8("new"))
                        .expected(Optional.empty())
                        .build()))
                .isInstanceOf(UnsafeToProceedException.class);
        assertThat(read(path)).isEqualTo(Bytes.utf8("another's"));
        assertThat(names()).containsExactly("file");

        node.replace(FileReplacement.of(path, Bytes.utf8("new"))
                .expected(node.read(path))
                .build());
        assertThat(read(path)).isEqualTo(Bytes.utf8("new"));
    }

    @Test
    void without_a_folder_nothing_is_created() {
        assertThatThrownBy(() -> replace(folder + "/no/file", "x"))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(folder + "/no/file");
        assertThat(names()).isEmpty();
    }

    @Test
    void whoever_reads_meanwhile_finds_the_old_or_the_new_whole() {
        Bytes one = random(200_000);
        Bytes two = random(200_001);
        String path = write("file", one, "600");
        String first = sha(path);
        CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> {
            try (NodeAccess other = open()) {
                String script = "until [ -e \"$1/stop\" ]; do sha256sum < \"$1/file\"; done | sort -u";
                return other.run(NodeCommand.script(script, folder)
                                .deadline(Duration.ofMinutes(1))
                                .build())
                        .outText();
            }
        });
        String second = "";
        for (int i = 0; i < 6; i++) {
            ReplacedFile replaced = node.replace(
                    FileReplacement.of(path, i % 2 == 0 ? two : one).build());
            second = i == 0 ? replaced.sha256() : second;
        }
        sh("touch \"$1/stop\"", folder);
        assertThat(reader.join().lines().map(line -> line.substring(0, 64)))
                .isNotEmpty()
                .isSubsetOf(first, second);
    }

    @Test
    void what_an_earlier_attempt_left_is_removed() {
        String path = write("file", Bytes.utf8("old"), "600");
        sh("mkdir -m 700 \"$1/.file.drkit-new-1\"; echo secret > \"$1/.file.drkit-new-1/new\"", folder);
        replace(path, "old");
        assertThat(names()).containsExactly("file");
    }

    /** The node under test. */
    protected final NodeAccess node() {
        return node;
    }

    /** A folder on the node that is this test's alone. */
    protected final String folder() {
        return folder;
    }

    protected final CommandResult sh(String script, String... arguments) {
        return node.run(NodeCommand.script(script, arguments).build());
    }

    /** Writes a file in place, as another program would. @return its path */
    protected final String write(String name, Bytes content, String mode) {
        String path = folder + "/" + name;
        CommandResult result = node.run(NodeCommand.script("cat > \"$1\" && chmod \"$2\" -- \"$1\"", path, mode)
                .input(content)
                .build());
        assertThat(result.succeeded()).as(result.errText()).isTrue();
        return path;
    }

    protected final ReplacedFile replace(String path, String content) {
        return node.replace(FileReplacement.of(path, Bytes.utf8(content)).build());
    }

    protected final Bytes read(String path) {
        return node.run(NodeCommand.of("cat", "--", path).build()).out();
    }

    /** The names in this test's folder, hidden ones as well. */
    protected final String[] names() {
        return sh("ls -A -- \"$1\"", folder).outText().lines().toArray(String[]::new);
    }

    private String sha(String path) {
        return sh("sha256sum < \"$1\"", path).outText().substring(0, 64);
    }

    private String attributes(String path) {
        return sh("stat -c '%a %u %g' -- \"$1\"", path).outText();
    }

    static Bytes random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }
}
