package io.drkit.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.node.FileReplacement;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeFile;
import io.drkit.testkit.ssh.OpenSshServer;
import io.drkit.testkit.ssh.SshKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways in: keys, agent, passwords, sudo, a jump host; and who is not trusted. */
class SshAccessTest {

    private static OpenSshServer server;

    @TempDir
    Path keys;

    @BeforeAll
    static void start() {
        server = OpenSshServer.builder().hostKeys("ed25519", "ecdsa").start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void lets_in_by_each_kind_of_key_plain_and_encrypted(String type) {
        Path plain = SshKeys.make(keys.resolve("plain"), type, "");
        Path encrypted = SshKeys.make(keys.resolve("encrypted"), type, "pass phrase");
        server.authorize(SshKeys.publicKey(plain));
        server.authorize(SshKeys.publicKey(encrypted));
        assertThat(whoami(to().key(plain))).isEqualTo(server.user());
        assertThat(whoami(to().key(encrypted, "pass phrase"::toCharArray))).isEqualTo(server.user());
        assertThatThrownBy(() -> whoami(to().key(encrypted, "wrong"::toCharArray)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("passphrase does not open it")
                .hasMessageNotContaining("wrong");
        assertThatThrownBy(() -> whoami(to().key(encrypted)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no passphrase");
    }

    @Test
    void lets_in_by_an_agent_and_leaves_nothing_in_it() throws IOException, InterruptedException {
        Path socket = keys.resolve("agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString()).start();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(socket));
            Path key = SshKeys.make(keys.resolve("key"), "ed25519", "");
            Path other = SshKeys.make(keys.resolve("other"), "ed25519", "pass phrase");
            server.authorize(SshKeys.publicKey(key));
            add(socket, key);
            assertThat(whoami(to().agent(socket))).isEqualTo(server.user());
            // A key that is not let in comes first, and does not end up in the agent.
            assertThat(whoami(to().key(other, "pass phrase"::toCharArray).agent(socket)))
                    .isEqualTo(server.user());
            assertThat(add(socket, "-l").lines()).hasSize(1);
        } finally {
            agent.destroy();
        }
        assertThatThrownBy(() -> whoami(to().agent(socket))).isInstanceOf(SiteUnreachableException.class);
    }

    @Test
    void a_key_that_is_not_let_in_is_told() {
        Path key = SshKeys.make(keys.resolve("key"), "ed25519", "");
        assertThatThrownBy(() -> whoami(to().key(key)))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("does not let us in")
                .hasMessageContaining(key.toString());
    }

    @Test
    void password_and_sudo_let_in_and_are_told_apart_when_wrong() {
        assumeTrue(OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces: for users with passwords");
        try (OpenSshServer node = OpenSshServer.builder()
                .hostname("cp-1")
                .account("keeper", "right-1", "ALL=(ALL) ALL")
                .account("deputy", "right-2", "ALL=(ALL) NOPASSWD: ALL")
                .account("guest", "right-3", "")
                .start()) {
            SshConnection.Builder byPassword = byPassword(node, "keeper", "right-1");
            assertThat(whoami(byPassword)).isEqualTo("keeper");
            assertThat(whoami(byPassword.sudo("right-1"::toCharArray))).isEqualTo("root");
            assertThat(whoami(Nodes.at(node, "deputy").sudo())).isEqualTo("root");
            // A password that sudo does not ask for goes nowhere, least of all into the input of what it runs.
            try (NodeAccess deputy = new SshNodeAccess(
                    Nodes.at(node, "deputy").sudo("right-2"::toCharArray).build())) {
                NodeCommand cat =
                        NodeCommand.of("cat").input(Bytes.utf8("input")).build();
                assertThat(deputy.run(cat).out()).isEqualTo(Bytes.utf8("input"));
                assertThat(deputy.run(cat).err()).isEqualTo(Bytes.EMPTY);
            }

            assertThatThrownBy(() -> whoami(byPassword(node, "keeper", "wrong")))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("does not let us in");
            assertThatThrownBy(() -> whoami(Nodes.at(node, "keeper").sudo("wrong"::toCharArray)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("sudo does not take the password")
                    .hasMessageContaining("not started");
            assertThatThrownBy(() -> whoami(Nodes.at(node, "keeper").sudo(() -> {
                        throw new IllegalArgumentException("the password file is gone");
                    })))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the password file is gone");
            assertThatThrownBy(() -> whoami(Nodes.at(node, "keeper").sudo()))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("a password is required");
            assertThatThrownBy(() -> whoami(Nodes.at(node, "guest").sudo("right-3"::toCharArray)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("not in the sudoers");

            assertFilesOfRoot(node);
        }
    }

    private static void assertFilesOfRoot(OpenSshServer node) {
        try (NodeAccess root = new SshNodeAccess(
                        Nodes.at(node, "keeper").sudo("right-1"::toCharArray).build());
                NodeAccess operator = new SshNodeAccess(Nodes.at(node, "keeper").build())) {
            root.run(NodeCommand.script(
                            "echo old > /etc/root-only && chown root:shadow /etc/root-only && chmod 640 /etc/root-only")
                    .build());
            assertThatThrownBy(() -> operator.read("/etc/root-only"))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("Permission denied");
            assertThatThrownBy(() -> operator.replace(
                            FileReplacement.of("/etc/fresh", Bytes.utf8("x")).build()))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("Permission denied");

            root.replace(FileReplacement.of("/etc/root-only", Bytes.utf8("new")).build());
            NodeFile replaced = root.read("/etc/root-only").orElseThrow();
            assertThat(replaced.content()).isEqualTo(Bytes.utf8("new"));
            assertThat(replaced.mode()).isEqualTo(0640);
            assertThat(replaced.owner()).isEqualTo("root:shadow");

            // The folder is the operator's, the file is not: its owner cannot be kept, so it stays.
            root.run(NodeCommand.script("echo old > ~keeper/file && chmod 644 ~keeper/file")
                    .build());
            String path =
                    operator.run(NodeCommand.script("echo ~/file").build()).outText();
            assertThatThrownBy(() -> operator.replace(
                            FileReplacement.of(path, Bytes.utf8("x")).build()))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("mode and owner cannot be kept");
            assertThat(operator.read(path).orElseThrow().content()).isEqualTo(Bytes.utf8("old\n"));
        }
    }

    @Test
    void goes_through_a_jump_host_whose_key_is_checked_as_well() {
        try (OpenSshServer jump = OpenSshServer.builder().start()) {
            SshConnection.Builder through =
                    to().key(server.clientKey()).jump(Nodes.at(jump).build());
            assertThat(whoami(through)).isEqualTo(server.user());
            try (NodeAccess node = new SshNodeAccess(through.build())) {
                Bytes much = Bytes.wrap(new byte[1_000_000]);
                assertThat(node.run(NodeCommand.of("cat").input(much).build()).out())
                        .isEqualTo(much);
                assertThat(jump.connections()).isPositive();
            }
            SshConnection strange =
                    Nodes.at(jump).knownHosts(server.knownHosts()).build();
            assertThatThrownBy(() -> whoami(to().key(server.clientKey()).jump(strange)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining(":" + jump.port());
            jump.stop();
            assertThatThrownBy(() -> whoami(through)).isInstanceOf(SiteUnreachableException.class);
        }
    }

    @Test
    void a_node_behind_a_jump_host_that_is_down_is_told() {
        try (OpenSshServer jump = OpenSshServer.builder().start();
                OpenSshServer gone = OpenSshServer.builder().start()) {
            gone.stop();
            assertThatThrownBy(() -> whoami(Nodes.at(gone).jump(Nodes.at(jump).build())))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("The jump host cannot reach");
        }
    }

    @Test
    void an_unknown_host_is_not_trusted_and_its_fingerprint_told() throws IOException {
        Path empty = Files.createFile(keys.resolve("empty"));
        String fingerprint = run(
                        "ssh-keygen",
                        "-l",
                        "-f",
                        server.folder().resolve("host_ed25519.pub").toString())
                .split(" ", -1)[1];
        assertThatThrownBy(() -> whoami(Nodes.at(server).knownHosts(empty, keys.resolve("none"))))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("does not know")
                .hasMessageContaining(fingerprint);
        assertThat(Files.size(empty)).as("nobody is added").isZero();
    }

    @Test
    void a_host_is_known_by_any_of_its_keys_also_hashed() throws IOException {
        // Of the two kinds only the one that the server would not offer first.
        String known = Files.readString(server.knownHosts());
        Path one = Files.writeString(
                keys.resolve("known"),
                known.lines().filter(line -> line.contains("ecdsa")).findFirst().orElseThrow() + "\n");
        assertThat(whoami(Nodes.at(server).knownHosts(one))).isEqualTo(server.user());
        run("ssh-keygen", "-q", "-H", "-f", one.toString());
        assertThat(Files.readString(one)).doesNotContain("127.0.0.1").contains("|1|");
        assertThat(whoami(Nodes.at(server).knownHosts(one))).isEqualTo(server.user());
    }

    @Test
    void one_connection_serves_many_commands() {
        try (NodeAccess node = new SshNodeAccess(Nodes.at(server).build())) {
            String first = connection(node);
            assertThat(connection(node)).isEqualTo(first);
            assertThat(node.run(NodeCommand.of("false").build()).succeeded()).isFalse();
            assertThat(connection(node)).isEqualTo(first);
        }
    }

    @Test
    void what_a_login_script_prints_is_not_the_commands() {
        assumeTrue(OpenSshServer.canBeSetApart(), "needs root and namespaces: for a user with a login script");
        try (OpenSshServer node =
                        OpenSshServer.builder().account("chatty", "right", "").start();
                NodeAccess chatty = new SshNodeAccess(Nodes.at(node, "chatty").build())) {
            chatty.run(NodeCommand.script("echo 'echo hello; echo warning >&2' > ~/.bashrc")
                    .build());
            var result = chatty.run(NodeCommand.script("echo out; echo err >&2").build());
            assertThat(result.outText()).isEqualTo("out");
            assertThat(result.errText()).isEqualTo("err");
        }
    }

    @Test
    void shows_no_secret_in_its_description() {
        SshConnection all = to().password("secret-1"::toCharArray)
                .sudo("secret-2"::toCharArray)
                .build();
        assertThat(all.toString()).contains("127.0.0.1").doesNotContain("secret");
        assertThatThrownBy(() -> SshConnection.to("user", "host").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("give a key");
        assertThatThrownBy(() -> SshConnection.to("user", "host")
                        .key(keys.resolve("none"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none");
    }

    private static SshConnection.Builder to() {
        return SshConnection.to(server.user(), server.host())
                .port(server.port())
                .knownHosts(server.knownHosts());
    }

    private static SshConnection.Builder byPassword(OpenSshServer node, String user, String password) {
        return SshConnection.to(user, node.host())
                .port(node.port())
                .knownHosts(node.knownHosts())
                .password(password::toCharArray);
    }

    private static String whoami(SshConnection.Builder to) {
        try (NodeAccess node = new SshNodeAccess(to.build())) {
            return node.run(NodeCommand.of("id", "-un").build()).outText();
        }
    }

    private static String connection(NodeAccess node) {
        return node.run(NodeCommand.script("echo \"$SSH_CONNECTION\"").build()).outText();
    }

    private static void add(Path agent, Path key) throws IOException, InterruptedException {
        add(agent, key.toString());
    }

    private static String add(Path agent, String argument) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("ssh-add", argument).redirectErrorStream(true);
        builder.environment().put("SSH_AUTH_SOCK", agent.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0)
                .as(said)
                .isTrue();
        return said;
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
