package io.drkit.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.drkit.keystore.Bytes;
import io.drkit.node.FileReplacement;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeFile;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.ssh.OpenSshServer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A watcher looks at every process and every file while secrets travel: it must see the commands, and never a secret. */
class SecretsTest {

    private static final String CONTENT = "secret-content-4711-in-a-file";
    private static final String PASSWORD = "secret-password-4712-of-sudo";
    private static final String INPUT = "secret-input-4713-of-a-command";

    private static final String DECOY = "decoy-4714";

    @Test
    void no_secret_shows_in_a_process_a_log_or_a_file_that_others_can_read() {
        assumeTrue(OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces: for a user with a password");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger("ROOT");
        ((Logger) LoggerFactory.getLogger("io.drkit")).setLevel(Level.TRACE);
        Level before = root.getLevel();
        root.setLevel(Level.TRACE);
        logged.start();
        root.addAppender(logged);
        try (OpenSshServer server = OpenSshServer.builder()
                .account("keeper", PASSWORD, "ALL=(ALL) ALL")
                .start()) {
            String folder = server.folder().resolve("home-keeper").toString();
            try (Watcher watcher = new Watcher(Path.of(folder), CONTENT, PASSWORD, INPUT);
                    Watcher other = new Watcher(Path.of(folder), DECOY)) {
                work(server, folder);
                // Such a watcher does see what is careless: an argument, and a file that is open to others.
                assertThat(other.seen()).anyMatch(where -> where.contains("/cmdline"));
                assertThat(other.seen()).anyMatch(where -> where.endsWith("/open"));
                assertThat(watcher.seen()).as("secrets seen").isEmpty();
                assertThat(watcher.sawCommand("timeout", "sudo")).isTrue();
                assertThat(watcher.rounds()).isGreaterThan(20);
            }
            assertThat(server.log(true)).contains("keeper").doesNotContain(CONTENT, PASSWORD, INPUT);
        } finally {
            root.detachAppender(logged);
            root.setLevel(before);
        }
        assertThat(logged.list)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.getFormattedMessage()).doesNotContain(CONTENT, PASSWORD, INPUT));
    }

    private static void work(OpenSshServer server, String folder) {
        SshConnection to = SshConnection.to("keeper", server.host())
                .port(server.port())
                .knownHosts(server.knownHosts())
                .password(PASSWORD::toCharArray)
                .sudo(PASSWORD::toCharArray)
                .build();
        try (NodeAccess node = new SshNodeAccess(to)) {
            String path = folder + "/keys.yaml";
            for (int i = 0; i < 5; i++) {
                Bytes content = Bytes.utf8((CONTENT + " " + i + "\n").repeat(20_000));
                node.replace(FileReplacement.of(path, content).build());
                NodeFile file = node.read(path).orElseThrow();
                assertThat(file.content()).isEqualTo(content);
                assertThat(file.mode()).isEqualTo(0600);
                assertThat(file.owner()).isEqualTo("root:root");
                assertThat(file.toString()).doesNotContain(CONTENT);
            }
            NodeCommand command = NodeCommand.script("cat > /dev/null; sleep 0.3")
                    .input(Bytes.utf8(INPUT))
                    .build();
            assertThat(command.toString()).doesNotContain(INPUT);
            assertThat(node.run(command).succeeded()).isTrue();
            node.run(NodeCommand.script("echo \"$1\" > \"$2/open\"; chmod 644 \"$2/open\"; sleep 2", DECOY, folder)
                    .build());
        }
        cutMidFile(server, to, folder);
    }

    /** A replacement that fails leaves a trace neither in what is thrown nor on the node. */
    private static void cutMidFile(OpenSshServer server, SshConnection to, String folder) {
        try (SeveredLink link = SeveredLink.to(server.host(), server.port());
                NodeAccess node = new SshNodeAccess(SshConnection.to("keeper", link.host())
                        .port(link.port())
                        .knownHosts(server.knownHosts(link.port()))
                        .password(PASSWORD::toCharArray)
                        .sudo(PASSWORD::toCharArray)
                        .build())) {
            node.run(NodeCommand.of("true").build());
            link.throttle(200_000);
            Bytes content = Bytes.utf8((CONTENT + "\n").repeat(100_000));
            assertThatThrownBy(() -> node.replace(FileReplacement.of(folder + "/keys.yaml", content)
                            .deadline(Duration.ofSeconds(3))
                            .build()))
                    .isInstanceOf(RuntimeException.class)
                    .satisfies(failure ->
                            assertThat(failure.toString() + failure.getCause()).doesNotContain(CONTENT, PASSWORD));
        }
        assertThat(to.toString()).doesNotContain(PASSWORD);
    }
}
