package io.drkit.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.node.FileReplacement;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeGroup;
import io.drkit.node.NodeOutcome;
import io.drkit.node.NodeOutcome.Done;
import io.drkit.node.NodeOutcome.Failed;
import io.drkit.node.ReplacedFile;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong between here and a node: afterwards the old file is there, whole, or the new one, and nobody else can read what is left. */
class SshFaultsTest {

    private static final Bytes OLD = Bytes.utf8("the old content\n");
    private static final Bytes NEW = random(3_000_000);

    private OpenSshServer server;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        server = OpenSshServer.builder().start();
        file = Files.createDirectory(server.folder().resolve("node")).resolve("config.yaml");
        Files.write(file, OLD.toByteArray());
        Files.setPosixFilePermissions(
                file,
                EnumSet.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.OTHERS_READ));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_node_that_refuses_the_connection_is_unreachable() {
        server.stop();
        try (NodeAccess node = new SshNodeAccess(Nodes.at(server).build())) {
            assertThatThrownBy(() -> replace(node, Duration.ofSeconds(20)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("refuses the connection")
                    .hasMessageContaining(node.name());
            assertOldFileWholeAndNothingOpen();
            server.start();
            assertThat(replace(node, Duration.ofSeconds(20)).changed()).isTrue();
        }
    }

    @Test
    void a_node_that_was_started_again_is_connected_to_anew() {
        try (NodeAccess node = new SshNodeAccess(Nodes.at(server).build())) {
            node.run(NodeCommand.of("true").build());
            server.stop();
            server.start();
            assertThat(node.run(NodeCommand.of("echo", "again").build()).outText())
                    .isEqualTo("again");
        }
    }

    @Test
    void a_slow_node_is_waited_for_as_long_as_the_deadline_and_no_longer() {
        try (SeveredLink link = SeveredLink.to(server.host(), server.port());
                NodeAccess node = new SshNodeAccess(Nodes.through(link, server).build())) {
            node.run(NodeCommand.of("true").build());
            link.delay(Duration.ofMillis(150));
            assertThat(node.run(NodeCommand.of("echo", "late").build()).outText())
                    .isEqualTo("late");

            link.throttle(100_000);
            long before = System.nanoTime();
            assertThatThrownBy(() -> replace(node, Duration.ofSeconds(3))).isInstanceOf(SiteUnreachableException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        }
        assertOldFileWholeAndNothingOpen();
    }

    @ParameterizedTest
    @ValueSource(ints = {20_000, 200_000, 1_500_000})
    void a_connection_cut_mid_file_leaves_the_old_one(int after) throws IOException {
        try (SeveredLink link = SeveredLink.to(server.host(), server.port());
                NodeAccess node = new SshNodeAccess(Nodes.through(link, server).build())) {
            node.run(NodeCommand.of("true").build());
            link.throttle(800_000);
            CompletableFuture<ReplacedFile> replacing =
                    CompletableFuture.supplyAsync(() -> replace(node, Duration.ofSeconds(30)));
            await().atMost(Duration.ofSeconds(30)).until(() -> staged() >= after);
            link.cut();
            assertThatThrownBy(replacing::join)
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("is as it was");
            assertOldFileWholeAndNothingOpen();
            await("the node notices and cleans up").until(() -> staged() < 0);

            link.heal();
            link.throttle(100_000_000);
            assertThat(replace(node, Duration.ofSeconds(30)).changed()).isTrue();
            assertThat(Files.readAllBytes(file)).isEqualTo(NEW.toByteArray());
        }
    }

    @Test
    void a_commit_whose_answer_is_lost_is_settled_on_a_new_connection() throws IOException {
        try (Commits commits = new Commits(new SshNodeAccess(Nodes.at(server).build()))) {
            // It was done, and the answer lost.
            commits.loseAnswer = true;
            ReplacedFile replaced = replace(commits, Duration.ofSeconds(20));
            assertThat(replaced.changed()).isTrue();
            assertThat(Files.readAllBytes(file)).isEqualTo(NEW.toByteArray());
            assertThat(Files.readAllBytes(Path.of(replaced.backup().orElseThrow())))
                    .isEqualTo(OLD.toByteArray());

            // It was on its way still: it comes too late.
            commits.loseAnswer = false;
            commits.holdBack = true;
            Bytes third = Bytes.utf8("third");
            FileReplacement replacement =
                    FileReplacement.of(file.toString(), third).build();
            assertThatThrownBy(() -> commits.replace(replacement))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("is as it was");
            assertThat(commits.late().succeeded()).isFalse();
            assertThat(Files.readAllBytes(file)).isEqualTo(NEW.toByteArray());

            // Nor can it be settled: neither is told.
            commits.holdBack = false;
            commits.loseAnswer = true;
            commits.downAfterwards = true;
            assertThatThrownBy(() -> commits.replace(replacement)).isInstanceOf(OutcomeUnknownException.class);
            commits.up();
            commits.loseAnswer = false;
            assertThat(commits.replace(replacement).changed()).isFalse();
            assertThat(Files.readAllBytes(file)).isEqualTo(third.toByteArray());
        }
    }

    @Test
    void of_two_replacements_the_later_counts() throws IOException {
        try (Commits first = new Commits(new SshNodeAccess(Nodes.at(server).build()));
                NodeAccess second = new SshNodeAccess(Nodes.at(server).build())) {
            first.before = () -> second.replace(
                    FileReplacement.of(file.toString(), Bytes.utf8("second")).build());
            assertThatThrownBy(() -> replace(first, Duration.ofSeconds(20)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("later one counts");
            assertThat(Files.readString(file)).isEqualTo("second");
        }
    }

    @Test
    void a_frozen_node_is_given_up_in_time_and_does_nothing_later() throws IOException {
        try (NodeAccess node = new SshNodeAccess(Nodes.at(server).build())) {
            node.run(NodeCommand.of("true").build());
            server.freeze();
            long before = System.nanoTime();
            assertThatThrownBy(() -> replace(node, Duration.ofSeconds(2)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("no answer within");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(6));
            assertThatThrownBy(() -> node.run(NodeCommand.of("true")
                            .deadline(Duration.ofSeconds(1))
                            .build()))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("did not answer");
            server.thaw();
            await().atMost(Duration.ofSeconds(30)).until(() -> staged() < 0);
            assertOldFileWholeAndNothingOpen();
            assertThat(replace(node, Duration.ofSeconds(20)).changed()).isTrue();
        }
    }

    @Test
    void a_node_frozen_mid_file_leaves_the_old_one() throws IOException {
        try (SeveredLink link = SeveredLink.to(server.host(), server.port());
                NodeAccess node = new SshNodeAccess(Nodes.through(link, server).build())) {
            node.run(NodeCommand.of("true").build());
            link.throttle(800_000);
            CompletableFuture<ReplacedFile> replacing =
                    CompletableFuture.supplyAsync(() -> replace(node, Duration.ofSeconds(5)));
            await().atMost(Duration.ofSeconds(30)).until(() -> staged() >= 100_000);
            server.freeze();
            assertThatThrownBy(replacing::join).cause().isInstanceOf(SiteUnreachableException.class);
            assertOldFileWholeAndNothingOpen();
            server.thaw();
            await().atMost(Duration.ofSeconds(30)).until(() -> staged() < 0);
            assertOldFileWholeAndNothingOpen();
        }
    }

    @Test
    void a_changed_host_key_stops_everything() {
        Path known = server.knownHosts();
        server.changeHostKeys();
        try (NodeAccess node =
                new SshNodeAccess(Nodes.at(server).knownHosts(known).build())) {
            assertThatThrownBy(() -> replace(node, Duration.ofSeconds(20)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("knows another one")
                    .hasMessageContaining("SHA256:");
        }
        assertOldFileWholeAndNothingOpen();
        assertThat(server.log(true)).as("no user was named to it").doesNotContain("userauth-request for user");
    }

    @Test
    void a_full_disk_leaves_the_old_file_and_no_rest() {
        assumeTrue(OpenSshServer.canBeSetApart(), "needs root and namespaces: for a small file system");
        try (OpenSshServer small = OpenSshServer.builder().smallDisk("256k").start();
                NodeAccess node = new SshNodeAccess(Nodes.at(small).build())) {
            String path = small.folder().resolve("small/config.yaml").toString();
            node.run(NodeCommand.script("cat > \"$1\"", path).input(OLD).build());
            assertThatThrownBy(() -> node.replace(FileReplacement.of(path, NEW).build()))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining("is as it was");
            assertThat(node.read(path).orElseThrow().content()).isEqualTo(OLD);
            assertThat(node.run(NodeCommand.script("ls -A \"$(dirname \"$1\")\"", path)
                                    .build())
                            .outText())
                    .isEqualTo("config.yaml");
            // What does fit is replaced, though there is no room for a copy of the old one beside it.
            Bytes much = random(150_000);
            node.replace(FileReplacement.of(path, much).build());
            node.run(NodeCommand.script("rm \"$(dirname \"$1\")\"/.config*", path)
                    .build());
            assertThat(node.read(path).orElseThrow().content()).isEqualTo(much);
            assertThat(node.replace(FileReplacement.of(path, random(60_000)).build())
                            .backup())
                    .isPresent();
        }
    }

    @Test
    void on_several_nodes_each_has_its_own_outcome() {
        try (OpenSshServer fine = OpenSshServer.builder().start();
                OpenSshServer down = OpenSshServer.builder().start();
                OpenSshServer frozen = OpenSshServer.builder().start();
                OpenSshServer strange = OpenSshServer.builder().start()) {
            Path known = strange.knownHosts();
            strange.changeHostKeys();
            down.stop();
            frozen.freeze();
            List<NodeAccess> nodes = Stream.of(
                            Nodes.at(fine),
                            Nodes.at(down),
                            Nodes.at(frozen),
                            Nodes.at(strange).knownHosts(known))
                    .map(to -> (NodeAccess) new SshNodeAccess(to.build()))
                    .toList();
            NodeCommand echo = NodeCommand.of("echo", "here")
                    .deadline(Duration.ofSeconds(3))
                    .build();
            List<NodeOutcome<String>> outcomes =
                    NodeGroup.of(nodes, 4).each(node -> node.run(echo).outText());
            assertThat(outcomes.get(0)).isEqualTo(new Done<>(nodes.get(0).name(), "here"));
            assertThat(failure(outcomes.get(1))).isInstanceOf(SiteUnreachableException.class);
            assertThat(failure(outcomes.get(2))).isInstanceOf(SiteUnreachableException.class);
            assertThat(failure(outcomes.get(3))).isInstanceOf(UnsafeToProceedException.class);
            nodes.forEach(NodeAccess::close);
        }
    }

    private static RuntimeException failure(NodeOutcome<?> outcome) {
        return ((Failed<?>) outcome).failure();
    }

    private ReplacedFile replace(NodeAccess node, Duration deadline) {
        return node.replace(
                FileReplacement.of(file.toString(), NEW).deadline(deadline).build());
    }

    /** How much of the new content is there, or -1. */
    private long staged() {
        try (Stream<Path> all = Files.walk(file.getParent())) {
            return all.filter(path -> path.toString().contains("drkit-new"))
                    .mapToLong(
                            path -> Files.isDirectory(path) ? 0 : path.toFile().length())
                    .max()
                    .orElse(-1);
        } catch (IOException | UncheckedIOException e) {
            return 0; // It changed while it was looked at.
        }
    }

    private void assertOldFileWholeAndNothingOpen() {
        try {
            assertThat(Files.readAllBytes(file)).isEqualTo(OLD.toByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertNobodyElseReadsWhatIsLeft();
    }

    private void assertNobodyElseReadsWhatIsLeft() {
        assertNobodyElseReadsWhatIsLeft(file);
    }

    /** Whatever lies there beside the file is in a folder that only its owner can enter, or is a backup. */
    static void assertNobodyElseReadsWhatIsLeft(Path file) {
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left.filter(path -> path.getFileName().toString().contains("drkit-new")))
                    .allSatisfy(path -> assertThat(Files.getPosixFilePermissions(path))
                            .containsExactlyInAnyOrder(
                                    PosixFilePermission.OWNER_READ,
                                    PosixFilePermission.OWNER_WRITE,
                                    PosixFilePermission.OWNER_EXECUTE));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Bytes random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }
}
