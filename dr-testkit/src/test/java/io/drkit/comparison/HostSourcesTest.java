package io.drkit.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.comparison.PortLook.State;
import io.drkit.testkit.FreePort;
import io.drkit.testkit.LocalNode;
import io.drkit.testkit.StandInHost;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What hosts tell: clocks, names, and which ports they reach. */
class HostSourcesTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @Test
    void a_clock_that_is_off_is_told_with_half_of_the_round_trip_as_uncertainty() {
        StandInHost late = new StandInHost("cp-1", "cp-1")
                .clockAhead(Duration.ofSeconds(-42))
                .delay(Duration.ofMillis(100));
        HostSummary host = host(gather(new HostFactSource(List.of(late), Clock.systemUTC(), DEADLINE)), "cp-1")
                .get();
        assertThat(host.clockUncertaintyMillis()).isBetween(50L, 1_000L);
        assertThat(host.clockAheadMillis())
                .isBetween(-42_000 - host.clockUncertaintyMillis(), -42_000 + host.clockUncertaintyMillis());
    }

    @Test
    void a_host_that_is_down_hides_no_other() {
        StandInHost up = new StandInHost("cp-1", "cp-1");
        StandInHost down = new StandInHost("cp-2", "cp-2").down();
        SiteFacts facts = gather(
                new HostFactSource(List.of(up, down), Clock.systemUTC(), DEADLINE),
                new PortFactSource(
                        "x", List.of(up, down), List.of("127.0.0.1"), List.of("127.0.0.1"), List.of(1), DEADLINE));
        assertThat(host(facts, "cp-1").isKnown()).isTrue();
        assertThat(host(facts, "cp-2").because()).contains("refuses the connection");
        assertThat(facts.ports().get())
                .extracting(PortLook::state)
                .containsExactly(State.OPEN, State.UNKNOWN, State.CLOSED);
    }

    @Test
    void open_and_closed_ports_are_told_apart_from_a_node_and_from_here() throws IOException {
        int shut = FreePort.next();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            SiteFacts facts = gather(new PortFactSource(
                    "primary",
                    List.of(new LocalNode("this")),
                    List.of("127.0.0.1"),
                    List.of("127.0.0.1"),
                    List.of(server.getLocalPort(), shut),
                    Duration.ofSeconds(2)));
            assertThat(facts.ports().get())
                    .containsExactlyInAnyOrder(
                            new PortLook("this", "127.0.0.1", server.getLocalPort(), State.OPEN, ""),
                            new PortLook("this", "127.0.0.1", shut, State.CLOSED, ""),
                            new PortLook(PortLook.HERE, "127.0.0.1", server.getLocalPort(), State.OPEN, ""),
                            new PortLook(PortLook.HERE, "127.0.0.1", shut, State.CLOSED, ""));
        }
    }

    @Test
    void a_call_that_a_node_says_nothing_of_is_unknown() {
        SiteFacts facts = gather(new PortFactSource(
                "primary",
                List.of(new StandInHost("cp-1", "cp-1").silent(443)),
                List.of("127.0.0.1"),
                List.of("192.0.2.1"),
                List.of(443, 6443),
                Duration.ofSeconds(1)));
        assertThat(facts.ports().get())
                .filteredOn(look -> look.from().equals("cp-1"))
                .extracting(PortLook::state)
                .containsExactlyInAnyOrder(State.UNKNOWN, State.OPEN);
    }

    @Test
    void the_host_script_runs_on_a_real_node() throws IOException {
        SiteFacts facts = gather(new HostFactSource(List.of(new LocalNode("this")), Clock.systemUTC(), DEADLINE));
        HostSummary host = host(facts, "this").get();
        assertThat(host.hostname()).isEqualTo(InetAddress.getLocalHost().getHostName());
        assertThat(Math.abs(host.clockAheadMillis())).isLessThan(5_000);
    }

    private static Fact<HostSummary> host(SiteFacts facts, String name) {
        return Objects.requireNonNull(facts.hosts().get().get(name));
    }

    private static SiteFacts gather(FactSource... sources) {
        return SiteFacts.gather(
                "primary",
                "clock-1",
                Clock.fixed(Instant.parse("2026-11-30T12:00:00Z"), ZoneOffset.UTC),
                List.of(sources));
    }
}
