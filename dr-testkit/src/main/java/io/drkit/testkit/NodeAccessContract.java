package io.drkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link NodeAccess} must do. A backend's test extends this and says how to {@link #open} an access to a node, which the tests may
 * share. Everything is done and looked at through the access itself; the node needs GNU coreutils and a {@code /tmp}.
 */
public abstract class NodeAccessContract extends NodeFileContract {

    /** Words that a careless quotation would tear apart, expand or execute. */
    private static final String[] AWKWARD = {
        "",
        " ",
        "a b",
        "'",
        "\"",
        "\\",
        "$HOME",
        "$(id)",
        "`id`",
        "*",
        "~",
        "!!",
        ";",
        "&",
        "|",
        "<",
        ">",
        "#",
        "-n",
        "a\nb",
        "\t",
        "it's \"so\" \\'",
        "ünïcødé",
        "%s\\n"
    };

    @Test
    void has_a_name() {
        assertThat(node().name()).isNotBlank();
    }

    @Test
    void gives_exit_code_and_both_outputs_apart() {
        CommandResult result = sh("echo out; echo err >&2; exit 7");
        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.succeeded()).isFalse();
        assertThat(result.out()).isEqualTo(Bytes.utf8("out\n"));
        assertThat(result.err()).isEqualTo(Bytes.utf8("err\n"));
        assertThat(result.truncated()).isFalse();
        assertThat(sh("exit 0").succeeded()).isTrue();
    }

    @Test
    void passes_arguments_as_they_are() {
        NodeCommand.Builder command = NodeCommand.of("printf", prepend("[%s]\\n", AWKWARD));
        String expected = "[" + String.join("]\n[", AWKWARD) + "]\n";
        assertThat(node().run(command.build()).out()).isEqualTo(Bytes.utf8(expected));
        CommandResult script = sh("printf '[%s]\\n' \"$@\"", AWKWARD);
        assertThat(script.out()).isEqualTo(Bytes.utf8(expected));
    }

    @Test
    void passes_bytes_as_they_are_in_both_directions() {
        Bytes input = random(300_000);
        assertThat(node().run(NodeCommand.of("cat").input(input).build()).out()).isEqualTo(input);
        assertThat(node().run(NodeCommand.of("cat").build()).out()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void a_command_need_not_read_its_input() {
        CommandResult result =
                node().run(NodeCommand.script("exit 3").input(random(3_000_000)).build());
        assertThat(result.exitCode()).isEqualTo(3);
    }

    @Test
    void what_does_not_exist_fails_like_in_a_shell() {
        assertThat(node().run(NodeCommand.of("/no/such/program").build()).exitCode())
                .isEqualTo(127);
    }

    @Test
    void a_command_ended_by_a_signal_returns_128_and_its_number() {
        assertThat(sh("kill -TERM $$").exitCode()).isEqualTo(128 + 15);
        assertThat(sh("kill -KILL $$").exitCode()).isEqualTo(128 + 9);
    }

    @Test
    void keeps_only_as_much_output_as_it_was_told_to() {
        CommandResult result = node().run(NodeCommand.script("head -c 5000000 /dev/zero; echo done >&2")
                .outputLimit(1_000)
                .build());
        assertThat(result.out().size()).isEqualTo(1_000);
        assertThat(result.truncated()).isTrue();
        assertThat(result.errText()).isEqualTo("done");
        assertThat(result.succeeded()).isTrue();
    }

    @Test
    void a_command_beyond_its_deadline_is_of_unknown_outcome_and_ended_on_the_node() {
        NodeCommand endless = NodeCommand.script(
                        "echo $$ > \"$1/pid\"; trap 'touch \"$1/term\"; exit 1' TERM; while :; do sleep 0.1; done",
                        folder())
                .title("an endless loop")
                .deadline(Duration.ofSeconds(2))
                .build();
        assertThatThrownBy(() -> node().run(endless))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("an endless loop")
                .hasMessageContaining(node().name());
        await().atMost(Duration.ofSeconds(15))
                .until(() -> !sh("kill -0 \"$(cat \"$1/pid\")\"", folder()).succeeded());
    }

    @Test
    void an_interrupt_ends_a_command_early() throws InterruptedException {
        FutureTask<Boolean> interrupted = new FutureTask<>(() -> {
            assertThatThrownBy(() -> node().run(NodeCommand.script("touch \"$1/begun\"; sleep 60", folder())
                            .deadline(Duration.ofSeconds(40))
                            .build()))
                    .isInstanceOf(OutcomeUnknownException.class);
            return Thread.currentThread().isInterrupted();
        });
        Thread thread = new Thread(interrupted);
        thread.start();
        try (NodeAccess other = open()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> other.run(NodeCommand.of("test", "-e", folder() + "/begun")
                                    .build())
                            .succeeded());
        }
        thread.interrupt();
        thread.join(Duration.ofSeconds(10).toMillis());
        assertThat(thread.isAlive()).isFalse();
        assertThat(get(interrupted)).as("stays interrupted").isTrue();
    }

    @Test
    void works_on_after_a_deadline_was_passed() {
        assertThatThrownBy(() -> node().run(NodeCommand.of("sleep", "30")
                        .deadline(Duration.ofMillis(500))
                        .build()))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(sh("echo back").outText()).isEqualTo("back");
    }

    @Test
    void several_threads_may_use_it() {
        List<CompletableFuture<String>> answers = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> sh("echo $1", "" + i).outText()))
                .toList();
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).join()).isEqualTo("" + i);
        }
    }

    @Test
    void closing_twice_is_no_error() {
        NodeAccess other = open();
        other.run(NodeCommand.of("true").build());
        other.close();
        other.close();
    }

    @Test
    void does_not_start_what_is_interrupted_already() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> sh("touch \"$1/begun\"", folder())).isInstanceOf(SiteUnreachableException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(names()).isEmpty();
    }

    private static String[] prepend(String first, String[] rest) {
        String[] all = new String[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    private static <T> T get(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }
}
