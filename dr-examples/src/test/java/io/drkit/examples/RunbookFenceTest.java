package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.step.Fence;
import io.drkit.examples.runbook.step.Look;
import io.drkit.examples.runbook.step.LookAtPorts;
import io.drkit.examples.runbook.step.LookAtPorts.Ports;
import io.drkit.node.AddressRange;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.PortFence;
import io.drkit.node.PortState;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookRunner;
import io.drkit.runbook.StepContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The fence of a lost site's nodes, and what takes it back. */
class RunbookFenceTest extends OnSteps {

    @Test
    void a_fence_that_is_taken_back_leaves_each_port_as_it_was() {
        NamespaceNode east = new NamespaceNode("east");
        NamespaceNode west = new NamespaceNode("west");
        try {
            // Somebody closed this one before, to all but one.
            new PortFence(2379).close(west, List.of(AddressRange.parse("10.9.8.7")));
            PortState before = new PortFence(2379).state(west);
            Optional<ControlPlane> nodes = Optional.of(plane(east, west, new Lost()));
            List<String> during = new ArrayList<>();
            RunbookReport report = run(Runbook.named("fence")
                    .step("ports", "Look", new LookAtPorts(nodes, List.of(2379, 6443), "primary"))
                    .step("fence", "Close", Fence.closing(nodes, List.of(2379, 6443), "primary", "ports"))
                    .step("fails", "Fail", Look.at(context -> {
                        for (NodeAccess node : List.of(east, west)) {
                            for (int port : new int[] {2379, 6443}) {
                                during.add(new PortFence(port).state(node).toString());
                            }
                        }
                        throw new UnsafeToProceedException("meant to fail");
                    }))
                    .build());
            assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.UNDONE);
            assertThat(during).hasSize(4).containsOnly("closed to all but the node itself");
            assertThat(report.toString())
                    .contains(
                            "not on lost (lost refuses the connection. That was a moment ago, and it was not asked again.)");
            assertThat(new PortFence(2379).state(west)).isEqualTo(before);
            assertThat(new PortFence(6443).state(west)).isEqualTo(new PortState.Open());
            assertThat(new PortFence(2379).state(east)).isEqualTo(new PortState.Open());
            assertThat(new PortFence(6443).state(east)).isEqualTo(new PortState.Open());
        } finally {
            east.end();
            west.end();
        }
    }

    @Test
    void a_node_that_hangs_while_it_is_closed_holds_nothing_up_and_is_put_back_too() {
        NamespaceNode node = new NamespaceNode("cp-1");
        try {
            RunbookReport done = run(fence(new Hanging(node)).build());
            assertThat(done.outcome()).as(done.toString()).isEqualTo(Outcome.DONE);
            assertThat(done.toString()).contains("closed on no node; not on cp-1", "It may be done all the same.");
            assertThat(new PortFence(2379).state(node)).isInstanceOf(PortState.Closed.class);

            new PortFence(2379).open(node);
            RunbookReport undone = run(fence(new Hanging(node))
                    .step("fails", "Fail", Look.at(context -> {
                        throw new UnsafeToProceedException("meant to fail");
                    }))
                    .build());
            assertThat(undone.toString()).contains("It is not known whether Port 2379 of cp-1 was opened");
            assertThat(new PortFence(2379).state(node)).isEqualTo(new PortState.Open());
        } finally {
            node.end();
        }
    }

    @Test
    void what_a_silent_node_was_like_is_told_where_it_was_closed_when_it_came_back() {
        NamespaceNode node = new NamespaceNode("cp-1");
        try {
            boolean[] answers = {false};
            NodeAccess returning = new Unreliable(node, command -> answers[0]);
            Optional<ControlPlane> nodes = Optional.of(plane(returning));
            // Its connection is as dead as the process that knew of it.
            Optional<ControlPlane> later = Optional.of(plane(returning));
            Runbook fence = Runbook.named("fence")
                    .step("ports", "Look", new LookAtPorts(nodes, List.of(2379), "primary"))
                    .step("returns", "Return", Look.at(context -> {
                        answers[0] = true;
                        return "";
                    }))
                    .step("fence", "Close", Fence.closing(later, List.of(2379), "primary", "ports"))
                    .step("fails", "Fail", Look.at(context -> {
                        throw new UnsafeToProceedException("meant to fail");
                    }))
                    .build();
            RunbookReport report = run(fence);
            assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.STOPPED);
            assertThat(report.toString()).contains("not undone fence", "whether it was open before is not known");
            new PortFence(2379).open(node);
            try (FileJournal journal = FileJournal.open(folder.resolve("fence.json"))) {
                RunbookReport undone =
                        new RunbookRunner(journal, RunbookOptions.builder().build()).undo(fence);
                assertThat(undone.outcome()).as(undone.toString()).isEqualTo(Outcome.UNDONE);
            }
        } finally {
            node.end();
        }
    }

    @Test
    void a_node_that_is_silent_all_the_time_does_not_keep_a_killed_run_from_being_taken_back() {
        NamespaceNode node = new NamespaceNode("cp-1");
        try {
            boolean[] answers = {false};
            Fence fence = Fence.closing(
                    Optional.of(plane(new Unreliable(node, command -> answers[0]))), List.of(2379), "primary", "ports");
            Ports untold = new Ports(List.of(new LookAtPorts.Found("cp-1", 2379, false, List.of(), "")));
            StepContext context = new Remembering(untold);
            fence.undo(context, Optional.empty());
            answers[0] = true;
            fence.undo(context, Optional.empty());
            new PortFence(2379).close(node, List.of());
            assertThatThrownBy(() -> fence.undo(context, Optional.empty()))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("whether it was open before is not known");
        } finally {
            node.end();
        }
    }

    @Test
    void a_node_that_is_lost_between_two_ports_is_put_back() {
        NamespaceNode node = new NamespaceNode("cp-1");
        try {
            boolean[] lost = {false};
            NodeAccess leaving = new Unreliable(node, command -> {
                lost[0] |= command.title().equals("close port 6443");
                return !lost[0];
            });
            Optional<ControlPlane> nodes = Optional.of(plane(leaving));
            RunbookReport report = run(Runbook.named("fence")
                    .step("ports", "Look", new LookAtPorts(nodes, List.of(2379, 6443), "primary"))
                    .step("fence", "Close", Fence.closing(nodes, List.of(2379, 6443), "primary", "ports"))
                    .step("fails", "Fail", Look.at(context -> {
                        throw new UnsafeToProceedException("meant to fail");
                    }))
                    .build());
            assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.STOPPED);
            assertThat(report.toString()).contains("not undone fence");
            assertThat(new PortFence(2379).state(node)).isInstanceOf(PortState.Closed.class);
        } finally {
            node.end();
        }
    }

    private static Runbook.Builder fence(NodeAccess node) {
        Optional<ControlPlane> nodes = Optional.of(plane(node));
        return Runbook.named("fence")
                .step("ports", "Look", new LookAtPorts(nodes, List.of(2379), "primary"))
                .step("fence", "Close", Fence.closing(nodes, List.of(2379), "primary", "ports"));
    }

    /** Of a run in which an earlier step left one record. */
    private record Remembering(Object record) implements StepContext {

        @Override
        public Instant runBegan() {
            return Instant.EPOCH;
        }

        @Override
        public boolean isDryRun() {
            return false;
        }

        @Override
        public <R> Optional<R> recordOf(String step, Class<R> type) {
            return Optional.of(type.cast(record));
        }

        @Override
        public void tell(String progress) {}

        @Override
        public void measured(Measurement measurement) {}
    }

    /** A node that does what it is told, and from the first change on no answer of it comes. */
    private static final class Hanging implements NodeAccess {

        private final NodeAccess node;
        private boolean hangs;

        Hanging(NodeAccess node) {
            this.node = node;
        }

        @Override
        public String name() {
            return node.name();
        }

        @Override
        public CommandResult run(NodeCommand command) {
            CommandResult result = node.run(command);
            hangs |= command.title().startsWith("close");
            if (hangs) {
                throw new OutcomeUnknownException("hanging may have done it.", null);
            }
            return result;
        }

        @Override
        public void close() {}
    }

    /** A node that does not get some commands. */
    private record Unreliable(NodeAccess node, Predicate<NodeCommand> gets) implements NodeAccess {

        @Override
        public String name() {
            return node.name();
        }

        @Override
        public CommandResult run(NodeCommand command) {
            if (!gets.test(command)) {
                throw new SiteUnreachableException(name() + " refuses the connection.");
            }
            return node.run(command);
        }

        @Override
        public void close() {}
    }
}
