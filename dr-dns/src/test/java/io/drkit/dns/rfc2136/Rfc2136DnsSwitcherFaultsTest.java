package io.drkit.dns.rfc2136;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.testkit.dns.Bind;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What goes wrong between a switcher and a real BIND: one sentence each, and nothing half done. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Rfc2136DnsSwitcherFaultsTest {

    private static final Duration TTL = Duration.ofMinutes(5);
    private static final DnsName ONE = DnsName.of("one.example");
    private static final DnsName TWO = DnsName.of("two.example");

    private final Bind bind = Bind.primary("one.example", "two.example");
    private final DnsSwitcher switcher =
            new Rfc2136DnsSwitcher(Connections.to(bind).build());
    private final AtomicInteger names = new AtomicInteger();

    @AfterAll
    void stop() {
        bind.close();
    }

    @Test
    void a_wrong_secret_an_unknown_key_and_a_wrong_clock_are_told_apart() {
        DnsName name = held(ONE);
        assertThatThrownBy(() -> via(to().key(Bind.KEY_NAME, () -> "d3Jvbmc=".toCharArray()))
                        .read(Set.of(name)))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("BADSIG")
                .hasMessageNotContaining("d3Jvbmc");
        assertThatThrownBy(() ->
                        via(to().key("nobody", Bind.KEY_SECRET::toCharArray)).read(Set.of(name)))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("BADKEY");
        Clock late = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
        assertThatThrownBy(() -> via(to().clock(late)).read(Set.of(name)))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("BADTIME");
        assertThat(told(name)).containsExactly("192.0.2.1");
    }

    @Test
    void a_key_that_may_not_update_is_refused_before_anything_is_planned() {
        DnsName name = held(ONE);
        assertThatThrownBy(() ->
                        via(to().key("read-only", Bind.KEY_SECRET::toCharArray)).plan(standby(name)))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("refused the update");
        assertThat(told(name)).containsExactly("192.0.2.1");
    }

    @Test
    void a_server_that_is_down_or_silent_is_told_within_the_deadline() {
        try (Bind other = Bind.primary("one.example")) {
            DnsSwitcher there = via(Connections.to(other).deadline(Duration.ofSeconds(1)));
            other.freeze();
            assertThatThrownBy(() -> there.read(Set.of(ONE)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("did not answer in time");
            other.kill();
            assertThatThrownBy(() -> there.read(Set.of(ONE)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("takes no connection");
        }
    }

    @Test
    void an_interrupt_ends_a_call_at_once() throws InterruptedException {
        try (Bind other = Bind.primary("one.example")) {
            DnsSwitcher there = via(Connections.to(other).deadline(Duration.ofMinutes(5)));
            other.freeze();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    there.read(Set.of(ONE));
                } catch (RuntimeException e) {
                    thrown.set(e);
                }
            });
            caller.start();
            caller.interrupt();
            caller.join(10_000);
            assertThat(caller.isAlive()).isFalse();
            assertThat(thrown.get())
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("interrupted");
        }
    }

    @Test
    void a_lost_reply_is_looked_at_and_the_update_not_repeated() {
        DnsName name = held(ONE);
        long serial = bind.serial(ONE);
        try (Meddler link = meddling((update, nth, server) -> {
            server.ask(update);
            return Optional.empty();
        })) {
            DnsChange change = through(link).pointTo(standby(name));
            assertThat(link.updates).hasValue(1);
            assertThat(change.serials()).containsEntry(ONE, serial + 1);
        }
        assertThat(bind.serial(ONE)).isEqualTo(serial + 1);
        assertThat(told(name)).containsExactly("198.51.100.1");
    }

    @Test
    void a_lost_update_is_repeated() {
        DnsName name = held(ONE);
        try (Meddler link =
                meddling((update, nth, server) -> nth == 1 ? Optional.empty() : Optional.of(server.ask(update)))) {
            through(link).pointTo(standby(name));
            assertThat(link.updates).hasValue(2);
        }
        assertThat(told(name)).containsExactly("198.51.100.1");
    }

    @Test
    void a_reply_that_is_lost_for_good_is_an_unknown_outcome() {
        try (Bind other = Bind.primary("one.example")) {
            DnsName name = DnsName.of("www.one.example");
            other.hold(addresses("192.0.2.1", name));
            try (Meddler link = new Meddler(other.address(), other.port(), (update, nth, server) -> {
                other.kill();
                return Optional.empty();
            })) {
                assertThatThrownBy(() ->
                                via(Connections.to(other).port(link.port())).pointTo(standby(name)))
                        .isInstanceOf(OutcomeUnknownException.class)
                        .hasMessageContaining("may have been changed or not");
            }
            other.start();
            assertThat(other.told(name, RecordType.A)).containsExactly("192.0.2.1");
        }
    }

    @Test
    void a_forged_reply_without_a_signature_is_not_believed() {
        DnsName name = held(ONE);
        try (Meddler link = meddling((update, nth, server) -> Optional.of(Meddler.forged(update)))) {
            assertThatThrownBy(() -> through(link).pointTo(standby(name)))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("without a signature");
        }
        assertThat(told(name)).containsExactly("192.0.2.1");
    }

    @Test
    void what_somebody_else_changes_in_the_last_moment_is_not_overwritten() {
        DnsName name = held(ONE);
        DnsName neighbour = held(ONE);
        try (Meddler link = meddling((update, nth, server) -> {
            bind.hold(addresses("203.0.113.9", name));
            return Optional.of(server.ask(update));
        })) {
            assertThatThrownBy(() -> through(link).pointTo(standby(name, neighbour)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("Somebody else changed " + name);
        }
        assertThat(told(name)).containsExactly("203.0.113.9");
        assertThat(told(neighbour)).containsExactly("192.0.2.1");
    }

    @Test
    void twenty_names_of_two_zones_are_one_update_each() {
        List<DnsName> twenty = IntStream.range(0, 20)
                .mapToObj(i -> held(i % 2 == 0 ? ONE : TWO))
                .toList();
        long one = bind.serial(ONE);
        long two = bind.serial(TWO);
        try (Meddler link = meddling((update, nth, server) -> Optional.of(server.ask(update)))) {
            DnsChange change = through(link).pointTo(addresses("198.51.100.1", twenty.toArray(DnsName[]::new)));
            assertThat(link.updates).hasValue(2);
            assertThat(change.serials()).containsEntry(ONE, one + 1).containsEntry(TWO, two + 1);
        }
    }

    @Test
    void when_the_second_zone_fails_it_says_so_and_doing_it_again_goes_on() {
        DnsName first = held(ONE);
        DnsName second = held(TWO);
        DnsChange change = switcher.plan(standby(first, second));
        try (Meddler link =
                meddling((update, nth, server) -> nth == 1 ? Optional.of(server.ask(update)) : Optional.empty())) {
            assertThatThrownBy(() -> through(link).apply(change))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("Zone [one.example] was changed, zone two.example");
        }
        assertThat(told(first)).containsExactly("198.51.100.1");
        assertThat(told(second)).containsExactly("192.0.2.1");

        switcher.apply(change);
        assertThat(told(second)).containsExactly("198.51.100.1");
        switcher.undo(change);
        assertThat(told(first)).containsExactly("192.0.2.1");
        assertThat(told(second)).containsExactly("192.0.2.1");
    }

    @Test
    void an_alias_beside_a_text_is_refused_and_its_neighbour_stays() {
        DnsName name = DnsName.of("text.one.example");
        DnsName neighbour = held(ONE);
        bind.nsupdate("update add text.one.example. 60 TXT \"hello\"\nsend\n");
        DnsRecords before = addresses("192.0.2.1", neighbour);
        DnsRecords alias = DnsRecords.of(DnsRecordSet.of(name, RecordType.CNAME, TTL, "standby.example.net"));
        DnsChange change =
                DnsChange.of(together(DnsRecords.none(Set.of(name)), before), together(alias, standby(neighbour)));
        assertThatThrownBy(() -> switcher.apply(change)).isInstanceOf(UnsafeToProceedException.class);
        assertThat(told(neighbour)).containsExactly("192.0.2.1");
    }

    @Test
    void a_name_that_is_delegated_to_others_is_not_taken_for_one_without_records() {
        bind.nsupdate("update add delegated.one.example. 60 NS ns.elsewhere.example.\nsend\n");
        assertThatThrownBy(() -> switcher.read(Set.of(DnsName.of("www.delegated.one.example"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delegated");
    }

    @Test
    void secrets_are_shown_nowhere() {
        Rfc2136Connection connection = to().build();
        assertThat(connection.toString()).doesNotContain(Bind.KEY_SECRET);
        assertThatThrownBy(() -> via(to().key(Bind.KEY_NAME, "not base64!"::toCharArray)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("not base64!");
        assertThatThrownBy(() -> to().algorithm("hmac-md5").build()).isInstanceOf(IllegalArgumentException.class);
    }

    private static DnsRecords together(DnsRecords one, DnsRecords other) {
        TreeMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>(one.sets());
        sets.putAll(other.sets());
        return new DnsRecords(sets);
    }

    private Rfc2136Connection.Builder to() {
        return Connections.to(bind);
    }

    private static DnsSwitcher via(Rfc2136Connection.Builder connection) {
        return new Rfc2136DnsSwitcher(connection.build());
    }

    private Meddler meddling(Meddler.Trick trick) {
        return new Meddler(bind.address(), bind.port(), trick);
    }

    private DnsSwitcher through(Meddler link) {
        return via(to().port(link.port()));
    }

    private DnsName held(DnsName zone) {
        DnsName name = DnsName.of("n" + names.incrementAndGet() + "." + zone);
        bind.hold(addresses("192.0.2.1", name));
        return name;
    }

    private List<String> told(DnsName name) {
        return bind.told(name, RecordType.A);
    }

    private static DnsRecords standby(DnsName... names) {
        return addresses("198.51.100.1", names);
    }

    private static DnsRecords addresses(String address, DnsName... names) {
        return DnsRecords.pointing(List.of(names), TTL, List.of(address));
    }
}
