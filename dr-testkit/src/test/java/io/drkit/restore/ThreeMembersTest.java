package io.drkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.restore.MortalNode.Fate;
import io.drkit.restore.RestoreReport.NodeState;
import io.drkit.restore.RestoreReport.Outcome;
import io.drkit.testkit.etcd.EtcdBinary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A site of three members, and what goes wrong on one of them. */
class ThreeMembersTest {

    private static RestoreLab lab;

    @BeforeAll
    static void start() {
        lab = RestoreLab.onThisMachine(EtcdBinary.installed(), 3);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    /** The nodes, where something happens on the second before a command is sent; it may refuse it, or go away. */
    private static List<NodeAccess> second(Consumer<NodeCommand> before) {
        List<NodeAccess> nodes = new ArrayList<>(lab.site().accesses());
        NodeAccess real = nodes.get(1);
        nodes.set(1, new NodeAccess() {
            @Override
            public String name() {
                return real.name();
            }

            @Override
            public CommandResult run(NodeCommand command) {
                try {
                    before.accept(command);
                } catch (IllegalStateException e) {
                    return new CommandResult(45, Bytes.EMPTY, Bytes.utf8(e.getMessage() + "\n"), false);
                }
                return real.run(command);
            }

            @Override
            public void close() {}
        });
        return nodes;
    }

    private static RestoreReport run(List<NodeAccess> nodes) {
        RestoreOptions options = lab.options().again().build();
        return SnapshotRestore.on(nodes, options, said -> {}).run(lab.target(), lab.store());
    }

    @Test
    void all_hold_what_the_snapshot_held() {
        lab.site().awaitHealthy();
        lab.writeLater();
        RestoreReport report = run(lab.site().accesses());
        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.RESTORED);
        lab.requireRestored();
        lab.site().store(2).put("/registry/after", "x");
        assertThat(lab.site().store(1).get("/registry/after")).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"upload", "restore beside the data", "swap the data", "start etcd"})
    void a_failure_on_the_second_leaves_all_as_they_were(String title) {
        lab.site().awaitHealthy();
        lab.writeLater();
        Map<String, String> before = files();
        RestoreReport report = run(second(command -> {
            if (command.title().startsWith(title) && !command.title().contains("to take")) {
                throw new IllegalStateException("No space left on device");
            }
        }));
        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.UNDONE);
        assertThat(report.why().orElseThrow()).contains("cp-1").contains("No space left on device");
        assertThat(report.nodes()).allMatch(node -> node.state() == NodeState.AS_IT_WAS);
        lab.requireUntouched();
        assertThat(files()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"claim", "swap the data", "note that it is served"})
    void killed_when_one_node_was_further_than_the_others_it_comes_to_the_same_end(String title) {
        lab.site().awaitHealthy();
        lab.writeLater();
        Fate fate = Fate.after(title);
        RestoreOptions options = lab.options().again().build();
        try {
            SnapshotRestore.on(fate.over(lab.site().accesses()), options, said -> {})
                    .run(lab.target(), lab.store());
        } catch (RuntimeException e) {
            assertThat(fate.struck()).as(e.toString()).isTrue();
        }
        assertThat(lab.restore().plan(lab.target()).underWay()).isNotEmpty();
        RestoreReport report = lab.restore().run(lab.target(), lab.store());
        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.RESTORED);
        lab.requireRestored();
    }

    @Test
    void one_that_goes_away_is_put_back_when_it_is_there_again() {
        lab.site().awaitHealthy();
        lab.writeLater();
        Map<String, String> before = files();
        boolean[] away = new boolean[1];
        RestoreReport report = run(second(command -> {
            away[0] |= command.title().startsWith("start etcd");
            if (away[0]) {
                throw new SiteUnreachableException("cp-1 does not answer");
            }
        }));
        assertThat(report.outcome()).isEqualTo(Outcome.UNFINISHED);
        assertThat(report.nodes())
                .extracting(RestoreReport.NodeReport::state)
                .containsExactly(NodeState.AS_IT_WAS, NodeState.OPEN, NodeState.AS_IT_WAS);
        assertThat(report.nodes().get(1).detail()).contains("does not answer");
        assertThat(lab.restore().undo().outcome()).isEqualTo(Outcome.UNDONE);
        lab.requireUntouched();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void of_two_runs_the_later_one_takes_over() throws Exception {
        lab.site().awaitHealthy();
        lab.writeLater();
        CountDownLatch waits = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        List<NodeAccess> held = second(command -> {
            if (command.title().startsWith("swap")) {
                waits.countDown();
                await(goesOn);
            }
        });
        CompletableFuture<RestoreReport> first = CompletableFuture.supplyAsync(() -> run(held));
        waits.await();
        RestoreReport second = lab.restore().run(lab.target(), lab.store());
        goesOn.countDown();
        assertThatThrownBy(first::join)
                .hasCauseInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Another run took over");
        assertThat(second.outcome()).as(second.toString()).isEqualTo(Outcome.RESTORED);
        lab.requireRestored();
    }

    @Test
    void of_two_that_begin_at_once_one_proceeds() {
        lab.site().awaitHealthy();
        lab.writeLater();
        List<CompletableFuture<String>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return run(lab.site().accesses()).outcome().name();
                } catch (DrException e) {
                    return String.valueOf(e.getMessage());
                }
            }));
        }
        List<String> ends = both.stream().map(CompletableFuture::join).toList();
        assertThat(ends).contains("RESTORED").anyMatch(end -> end.contains("nother"));
        lab.requireRestored();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without what earlier restores kept. */
    private static Map<String, String> files() {
        lab.site().awaitHealthy();
        Map<String, String> files = lab.files();
        files.keySet().removeIf(file -> file.contains("/.drkit-restore"));
        return files;
    }
}
