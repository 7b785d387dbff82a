package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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
import io.drkit.examples.runbook.step.GatherEvidence;
import io.drkit.examples.runbook.step.Look;
import io.drkit.examples.runbook.step.LookAtMirror;
import io.drkit.examples.runbook.step.RunScript;
import io.drkit.examples.runbook.step.StopMirror;
import io.drkit.examples.runbook.step.TakePosition;
import io.drkit.keyspace.MirrorScope;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeOutcome;
import io.drkit.runbook.Measurement;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.testkit.LocalNode;
import io.drkit.testkit.etcd.EtcdServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Steps of the reference runbooks that need nodes: evidence, the user's script; how far the standby is, and stopping the mirror. */
class RunbookStepsTest extends OnSteps {

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
    void a_node_looks_at_ipv6_addresses_too() throws Exception {
        byte[] loopback = new byte[16];
        loopback[15] = 1;
        try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getByAddress(loopback))) {
            EtcdSite site = new EtcdSite(
                    "primary",
                    EtcdConnection.to(List.of("http://[::1]:" + listening.getLocalPort()))
                            .deadline(Duration.ofSeconds(2))
                            .build(),
                    Optional.empty());
            GatherEvidence step = new GatherEvidence(platform(site), site, Optional.of(plane(new LocalNode("cp-1"))));
            assertThat(run(Runbook.named("six").step("evidence", "Look", step).build())
                            .toString())
                    .contains("[::1]:" + listening.getLocalPort() + " from cp-1")
                    .doesNotContain("silent: ");
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

    @Test
    void a_primary_that_takes_connections_is_not_silent() {
        try (EtcdServer etcd = EtcdServer.builder().start()) {
            EtcdSite site = new EtcdSite(
                    "primary",
                    EtcdConnection.to(etcd.endpoints())
                            .deadline(Duration.ofSeconds(2))
                            .build(),
                    Optional.empty());
            etcd.freeze();
            GatherEvidence step = new GatherEvidence(platform(site), site, Optional.empty());
            RunbookReport report =
                    run(Runbook.named("hiccup").step("evidence", "Look", step).build());
            assertThat(report.toString()).contains("it takes connections, but");
            etcd.thaw();
            site.openUnlessSilent().close();
        }
    }

    @Test
    void a_node_where_one_command_fails_is_not_silent() {
        ControlPlane nodes = plane(new LocalNode("cp-1"));
        nodes.eachUnlessSilent(node -> {
            throw new SiteUnreachableException("The rules cannot be read.");
        });
        assertThat(nodes.eachUnlessSilent(NodeAccess::name)).allMatch(NodeOutcome::isDone);
        ControlPlane lost = plane(new Lost());
        NodeCommand command = NodeCommand.of("true").build();
        lost.eachUnlessSilent(node -> node.run(command));
        assertThat(lost.eachUnlessSilent(NodeAccess::name)).noneMatch(NodeOutcome::isDone);
        assertThat(lost.each(NodeAccess::name)).allMatch(NodeOutcome::isDone);
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
            mirror(primary, standby);
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
            // It writes while it is looked at, and is not taken for ahead.
            RunbookReport amid = run(Runbook.named("amid")
                    .step("position", "Look", new TakePosition(way, clock(() -> mirror(primary, standby))))
                    .build());
            assertThat(amid.worst(Measurement.Kind.RPO)).isPresent();
        }
    }

    private static void mirror(EtcdServer primary, EtcdServer standby) {
        primary.etcdctl("put", "/registry/configmaps/a/now", Instant.now().toString());
        Cli done = Cli.drkit(
                "mirror", "--once", "--scope", "all", "--from", primary.endpoint(0), "--to", standby.endpoint(0));
        assertThat(done.code()).as(done.err()).isZero();
    }

    /** Does something whenever it was looked at. */
    private static Clock clock(Runnable then) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Instant instant() {
                Instant now = Instant.now();
                then.run();
                return now;
            }
        };
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
}
