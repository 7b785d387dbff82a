package io.drkit.dns.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsProof;
import io.drkit.dns.DnsProof.Finding;
import io.drkit.dns.DnsProof.Verdict;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsVantage;
import io.drkit.dns.RecordType;
import io.drkit.testkit.dns.Bind;
import io.drkit.testkit.dns.Unbound;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Who sees a change, on a real primary with a secondary and real caching resolvers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnsProofTest {

    private static final DnsName ZONE = DnsName.of("proof.example");
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Bind primary = Bind.primary(ZONE.ascii());
    private final Bind secondary = primary.secondary();
    private final Unbound resolver = new Unbound(Set.of(ZONE), primary.address(), primary.port());

    @AfterAll
    void stop() {
        resolver.close();
        secondary.close();
        primary.close();
    }

    @Test
    void servers_found_by_ns_and_a_resolver_that_knew_nothing_see_the_change() throws InterruptedException {
        DnsChange change = change("found", Duration.ofMinutes(5));
        primary.hold(change.after());
        List<ServerVantage> servers = new AuthoritativeServers(
                        new InetSocketAddress(resolver.address(), resolver.port()), primary.port(), TIMEOUT)
                .of(change.after().names());
        assertThat(servers.stream().map(ServerVantage::name)).containsExactly("ns1.proof.example (127.0.0.1)");
        secondary.catchUp(ZONE);
        List<DnsVantage> all = new ArrayList<>(servers);
        all.add(vantage(DnsVantage.Kind.AUTHORITATIVE, secondary.address(), secondary.port()));
        all.add(vantage(DnsVantage.Kind.RESOLVER, resolver.address(), resolver.port()));
        DnsProof proof = DnsProof.await(change, all, Duration.ofSeconds(20), Clock.systemUTC(), Ticker.SYSTEM);
        assertThat(proof.isProved()).as(proof.toString()).isTrue();
        // Three were asked for two types each.
        assertThat(proof.findings()).hasSize(6);
    }

    @Test
    void a_resolver_is_stale_until_its_time_to_live_ends_and_then_no_more() throws InterruptedException {
        DnsChange change = change("cached", Duration.ofSeconds(6));
        primary.hold(change.before());
        assertThat(resolver.told(DnsName.of("cached.proof.example"), RecordType.A))
                .containsExactly("192.0.2.1");
        primary.hold(change.after());
        DnsVantage cache = vantage(DnsVantage.Kind.RESOLVER, resolver.address(), resolver.port());

        DnsProof early = DnsProof.gather(change, List.of(cache), Clock.systemUTC());
        assertThat(early.isProved()).isFalse();
        Finding stale = early.with(Verdict.STALE).get(0);
        assertThat(stale.seen()).containsExactly("192.0.2.1");
        Instant until = early.staleUntil().orElseThrow();
        assertThat(until).isBetween(early.at(), early.at().plusSeconds(7));

        DnsProof late =
                DnsProof.await(change, List.of(cache), Duration.ofSeconds(20), Clock.systemUTC(), Ticker.SYSTEM);
        assertThat(late.isProved()).as(late.toString()).isTrue();
        assertThat(late.at()).isAfter(until.minusSeconds(2));
    }

    @Test
    void a_secondary_that_lags_is_named_with_its_serial() throws InterruptedException {
        DnsChange change = change("lagging", Duration.ofMinutes(5));
        primary.hold(change.before());
        secondary.catchUp(ZONE);
        List<DnsVantage> both = List.of(
                vantage(DnsVantage.Kind.AUTHORITATIVE, primary.address(), primary.port()),
                vantage(DnsVantage.Kind.AUTHORITATIVE, secondary.address(), secondary.port()));
        // The secondary has what was there before.
        DnsChange none = DnsChange.of(change.before(), change.before());
        assertThat(DnsProof.await(none, both, Duration.ofSeconds(20), Clock.systemUTC(), Ticker.SYSTEM)
                        .isProved())
                .isTrue();
        primary.hold(change.after());

        DnsProof proof = DnsProof.gather(change, both, Clock.systemUTC());
        Finding lag = proof.with(Verdict.STALE).get(0);
        assertThat(lag.vantage()).endsWith(":" + secondary.port());
        assertThat(lag.serial().orElseThrow()).isLessThan(primary.serial(ZONE));
        assertThat(lag.staleUntil()).isEmpty();
        assertThat(proof.with(Verdict.MOVED)).anySatisfy(found -> {
            assertThat(found.vantage()).endsWith(":" + primary.port());
            assertThat(found.serial()).contains(primary.serial(ZONE));
        });
    }

    @Test
    void servfail_at_one_of_three_resolvers_is_that_ones_and_not_proved() throws InterruptedException {
        DnsChange change = change("servfail", Duration.ofMinutes(5));
        primary.hold(change.after());
        try (Unbound second = new Unbound(Set.of(ZONE), primary.address(), primary.port());
                // What it asks does not hold the zone.
                Bind stranger = Bind.primary("unrelated.example");
                Unbound broken = new Unbound(Set.of(ZONE), stranger.address(), stranger.port())) {
            DnsProof proof = DnsProof.gather(
                    change,
                    List.of(
                            vantage(DnsVantage.Kind.RESOLVER, resolver.address(), resolver.port()),
                            vantage(DnsVantage.Kind.RESOLVER, second.address(), second.port()),
                            new ServerVantage(
                                    DnsVantage.Kind.RESOLVER,
                                    "the broken one",
                                    new InetSocketAddress(broken.address(), broken.port()),
                                    Duration.ofSeconds(10))),
                    Clock.systemUTC());
            assertThat(proof.isProved()).isFalse();
            assertThat(proof.with(Verdict.MOVED)).hasSize(4);
            assertThat(proof.with(Verdict.UNANSWERED))
                    .hasSize(2)
                    .allMatch(found -> found.vantage().equals("the broken one"))
                    .allMatch(found -> found.reason().orElseThrow().equals("SERVFAIL"));
        }
    }

    @Test
    void a_server_that_is_down_or_does_not_hold_the_zone_has_not_answered() throws InterruptedException {
        DnsChange change = change("down", Duration.ofMinutes(5));
        primary.hold(change.after());
        DnsProof proof = DnsProof.gather(
                change,
                List.of(
                        vantage(DnsVantage.Kind.AUTHORITATIVE, "127.0.0.1", 9),
                        vantage(DnsVantage.Kind.AUTHORITATIVE, resolver.address(), resolver.port())),
                Clock.systemUTC());
        assertThat(proof.with(Verdict.UNANSWERED)).hasSize(4);
    }

    @Test
    void an_ipv6_only_name_has_moved_when_its_ipv4_address_is_gone_too() throws InterruptedException {
        DnsName name = DnsName.of("six.proof.example");
        DnsRecords six = DnsRecords.pointing(Set.of(name), Duration.ofMinutes(5), List.of("2001:db8::2"));
        DnsRecords both = DnsRecords.pointing(Set.of(name), Duration.ofMinutes(5), List.of("192.0.2.1", "2001:db8::2"));
        DnsChange change = DnsChange.of(both, six);
        DnsVantage server = vantage(DnsVantage.Kind.AUTHORITATIVE, primary.address(), primary.port());
        primary.hold(both);
        assertThat(DnsProof.gather(change, List.of(server), Clock.systemUTC()).with(Verdict.STALE))
                .hasSize(1);
        primary.hold(six);
        assertThat(DnsProof.gather(change, List.of(server), Clock.systemUTC()).isProved())
                .isTrue();
    }

    @Test
    void a_wildcard_and_an_alias_are_seen_and_nxdomain_is_no_move() throws InterruptedException {
        DnsName wildcard = DnsName.of("*.wild.proof.example");
        DnsName alias = DnsName.of("alias.proof.example");
        DnsRecords after = DnsRecords.of(
                DnsRecordSet.of(wildcard, RecordType.A, Duration.ofMinutes(5), "198.51.100.1"),
                DnsRecordSet.of(alias, RecordType.CNAME, Duration.ofMinutes(5), "standby.example.net"));
        DnsChange change = DnsChange.of(DnsRecords.none(after.names()), after);
        DnsVantage server = vantage(DnsVantage.Kind.AUTHORITATIVE, primary.address(), primary.port());
        DnsProof before = DnsProof.gather(change, List.of(server), Clock.systemUTC());
        assertThat(before.with(Verdict.STALE)).hasSize(2);
        primary.hold(after);
        assertThat(DnsProof.gather(change, List.of(server), Clock.systemUTC()).isProved())
                .isTrue();
    }

    @Test
    void nobody_asked_proves_nothing() {
        DnsChange change = change("nobody", Duration.ofMinutes(5));
        assertThatThrownBy(() -> DnsProof.gather(change, List.of(), Clock.systemUTC()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AuthoritativeServers(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), 53, TIMEOUT)
                        .of(change.after().names()))
                .isInstanceOf(SiteUnreachableException.class);
    }

    private static DnsChange change(String label, Duration ttl) {
        Set<DnsName> name = Set.of(DnsName.of(label + "." + ZONE));
        return DnsChange.of(
                DnsRecords.pointing(name, ttl, List.of("192.0.2.1")),
                DnsRecords.pointing(name, ttl, List.of("198.51.100.1")));
    }

    private static DnsVantage vantage(DnsVantage.Kind kind, String address, int port) {
        return new ServerVantage(kind, address + ":" + port, new InetSocketAddress(address, port), TIMEOUT);
    }
}
