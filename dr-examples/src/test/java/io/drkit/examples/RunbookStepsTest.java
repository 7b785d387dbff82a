package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.examples.demo.DrKitProcess;
import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.NodeScript;
import io.drkit.examples.runbook.platform.Objectives;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.examples.runbook.step.Evidence;
import io.drkit.examples.runbook.step.Fence;
import io.drkit.examples.runbook.step.GatherEvidence;
import io.drkit.examples.runbook.step.Look;
import io.drkit.examples.runbook.step.LookAtMirror;
import io.drkit.examples.runbook.step.LookAtPorts;
import io.drkit.examples.runbook.step.RunScript;
import io.drkit.examples.runbook.step.StopMirror;
import io.drkit.examples.runbook.step.TakePosition;
import io.drkit.keyspace.MirrorScope;
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
import io.drkit.testkit.LocalNode;
import io.drkit.testkit.etcd.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps of the reference runbooks that need nodes: evidence, the fence, the user's script. */
class RunbookStepsTest {

    @TempDir
    Path folder;

    private RunbookReport run(Runbook runbook) {
        try (FileJournal journal = FileJournal.open(folder.resolve(runbook.name() + ".json"))) {
            return new RunbookRunner(journal, RunbookOptions.builder().build()).run(runbook);
        }
    }

    private static ControlPlane plane(NodeAccess... nodes) {
        return new ControlPlane(Arrays.stream(nodes)
                .map(node -> new ControlPlane.Node("127.0.0.1", () -> node))
                .toList());
    }

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

    private static Runbook.Builder fence(NodeAccess node) {
        Optional<ControlPlane> nodes = Optional.of(plane(node));
        return Runbook.named("fence")
                .step("ports", "Look", new LookAtPorts(nodes, List.of(2379), "primary"))
                .step("fence", "Close", Fence.closing(nodes, List.of(2379), "primary", "ports"));
    }

    @Test
    void evidence_is_told_by_vantage_point() {
        try (EtcdServer etcd = EtcdServer.builder().start()) {
            EtcdSite site =
                    new EtcdSite("primary", EtcdConnection.to(etcd.endpoints()).build(), Optional.empty());
            Platform platform = platform(site);
            GatherEvidence step =
                    new GatherEvidence(platform, site, Optional.of(plane(new LocalNode("cp-1"), new Lost())));
            assertThat(run(Runbook.named("alive").step("evidence", "Look", step).build())
                            .toString())
                    .containsPattern("answers: etcd of primary from this machine .at revision [0-9]+., 127.0.0.1:"
                            + etcd.port(0) + " from cp-1")
                    .contains("cannot be told: primary from lost");
            etcd.kill();
            assertThat(run(Runbook.named("dead").step("evidence", "Look", step).build())
                            .toString())
                    .contains("silent: etcd of primary from this machine, 127.0.0.1:" + etcd.port(0) + " from cp-1")
                    .doesNotContain("answers:");
            assertThat(new Evidence(List.of()).with(Evidence.Answer.YES)).isEmpty();
        }
    }

    @Test
    void a_site_that_was_silent_is_not_waited_for_again_until_it_has_answered() {
        try (EtcdServer etcd = EtcdServer.builder().start()) {
            EtcdSite site = site("primary", etcd);
            etcd.kill();
            assertThatThrownBy(site::openUnlessSilent)
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageNotContaining("was not asked again");
            etcd.start();
            assertThatThrownBy(site::openUnlessSilent)
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("was not asked again");
            site.open().close();
            site.openUnlessSilent().close();
        }
    }

    private static Platform platform(EtcdSite site) {
        return new Platform(
                new Way(site, site, MirrorScope.all(), "default"),
                new Objectives(Optional.empty(), Optional.empty()),
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(2379));
    }

    @Test
    void a_script_knows_its_runbook_and_what_it_prints_is_shown_nowhere() throws Exception {
        Path told = folder.resolve("told");
        ControlPlane.Node node = new ControlPlane.Node("127.0.0.1", () -> new LocalNode("cp-1"));
        RunbookReport good = run(Runbook.named("good")
                .step(
                        "script",
                        "Run",
                        new RunScript(Optional.of(new NodeScript(node, "echo \"$1\" > " + told)), "failover"))
                .build());
        assertThat(good.outcome()).isEqualTo(Outcome.DONE);
        assertThat(Files.readString(told)).isEqualTo("failover\n");

        RunbookReport bad = run(Runbook.named("bad")
                .step(
                        "script",
                        "Run",
                        new RunScript(Optional.of(new NodeScript(node, "echo hush; exit 7")), "failover"))
                .build());
        assertThat(bad.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(bad.toString()).contains("exit code 7").doesNotContain("hush");
        assertThat(Files.readString(folder.resolve("bad.json"))).doesNotContain("hush");
    }

    @Test
    void an_rpo_is_told_unless_the_mirrors_clock_is_ahead_of_this_machines() {
        try (EtcdServer primary = EtcdServer.builder().start();
                EtcdServer standby = EtcdServer.builder().start()) {
            primary.etcdctl("put", "/registry/configmaps/a/1", "value");
            assertThat(Cli.drkit(
                                    "mirror",
                                    "--once",
                                    "--scope",
                                    "all",
                                    "--from",
                                    primary.endpoint(0),
                                    "--to",
                                    standby.endpoint(0))
                            .code())
                    .isZero();
            Way way = new Way(site("primary", primary), site("standby", standby), MirrorScope.all(), "default");
            RunbookReport told = run(Runbook.named("told")
                    .step("position", "Look", new TakePosition(way, Clock.systemUTC()))
                    .build());
            assertThat(told.worst(Measurement.Kind.RPO)).isPresent();
            Clock behind = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
            RunbookReport untold = run(Runbook.named("untold")
                    .step("position", "Look", new TakePosition(way, behind))
                    .build());
            assertThat(untold.outcome()).isEqualTo(Outcome.DONE);
            assertThat(untold.worst(Measurement.Kind.RPO)).isEmpty();
            assertThat(untold.toString()).contains("by a clock that is ahead of this machine's");
        }
    }

    @Test
    void keys_that_the_standby_does_not_take_are_told_and_lost_only_when_that_is_confirmed() throws Exception {
        try (EtcdServer primary = EtcdServer.builder().start();
                EtcdServer standby =
                        EtcdServer.builder().flags("--max-request-bytes=60000").start()) {
            primary.etcdctl("put", "/registry/configmaps/a/1", "value");
            primary.etcdctl("put", "/registry/secrets/big", "x".repeat(100_000));
            Cli.drkit("mirror", "--once", "--scope", "all", "--from", primary.endpoint(0), "--to", standby.endpoint(0));
            Way way = new Way(site("primary", primary), site("standby", standby), MirrorScope.all(), "default");
            RunbookReport report = run(Runbook.named("refused")
                    .step("position", "Look", new TakePosition(way, Clock.systemUTC()))
                    .build());
            assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.DONE);
            assertThat(report.toString()).contains("without 1 keys that it does not take");

            Path config = Files.writeString(
                    folder.resolve("drkit.yaml"), """
                    sites:
                      primary: {endpoints: ["%s"]}
                      standby: {endpoints: ["%s"]}
                    runbooks: {scope: all}
                    """.formatted(primary.endpoint(0), standby.endpoint(0)));
            primary.kill();
            Cli refused = Cli.drkit("failover", "--config", config.toString(), "--yes", "promote");
            assertThat(refused.code()).as(refused.err()).isEqualTo(3);
            assertThat(refused.out()).contains("incomplete", "Not confirmed");
            assertThat(refused.err()).contains("it does not take 1 keys, which drkit mirror status names");
            Cli confirmed = Cli.drkit("failover", "--config", config.toString(), "--yes", "promote,incomplete");
            assertThat(confirmed.code()).as(confirmed.err()).isZero();
        }
    }

    @Test
    void a_mirror_that_was_stopped_and_is_not_started_again_is_told_by_the_report() throws Exception {
        try (EtcdServer primary = EtcdServer.builder().start();
                EtcdServer standby = EtcdServer.builder().start();
                DrKitProcess mirror = DrKitProcess.start(
                        "mirror", "--scope", "all", "--from", primary.endpoint(0), "--to", standby.endpoint(0))) {
            Way way = new Way(site("primary", primary), site("standby", standby), MirrorScope.all(), "default");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !RunbookScene.content(standby, key -> key.startsWith("/drkit/mirror/"))
                            .isEmpty());
            RunbookReport report = run(Runbook.named("stopped")
                    .step("mirror", "Look", new LookAtMirror(way))
                    .step("stop-mirror", "Stop", StopMirror.whateverIsProved(way, "mirror"))
                    .step("fails", "Fail", Look.at(context -> {
                        throw new UnsafeToProceedException("meant to fail");
                    }))
                    .build());
            assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.UNDONE);
            assertThat(report.toString()).contains("is not started by this: start it again");
            assertThat(mirror.isEndedWithin(30_000)).as(mirror.log()).isTrue();
        }
    }

    private static EtcdSite site(String name, EtcdServer server) {
        return new EtcdSite(name, EtcdConnection.to(server.endpoints()).build(), Optional.empty());
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

    /** A node that went with its site. */
    private static final class Lost implements NodeAccess {

        @Override
        public String name() {
            return "lost";
        }

        @Override
        public CommandResult run(NodeCommand command) {
            throw new SiteUnreachableException("lost refuses the connection.");
        }

        @Override
        public void close() {}
    }
}
