package io.drkit.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, addresses and changes: what is the same is equal, and what is no such thing is refused. */
class DnsValuesTest {

    private static final DnsName NAME = DnsName.of("platform.example.com");
    private static final Duration TTL = Duration.ofMinutes(1);

    @ParameterizedTest
    @CsvSource({
        "Platform.Example.COM., platform.example.com",
        "*.apps.example.com, *.apps.example.com",
        "b\u00fccher.example, xn--bcher-kva.example",
        "_acme-challenge.example.com, _acme-challenge.example.com",
        "\u4f8b\u3048\u3002\u30c6\u30b9\u30c8, xn--r8jz45g.xn--zckzah"
    })
    void names_have_one_spelling(String text, String ascii) {
        assertThat(DnsName.of(text).ascii()).isEqualTo(ascii);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a..b",
                "-a.example",
                "a-.example",
                "a b.example",
                "*",
                "a.*.example",
                "**.example",
                "stra\u00dfe.example",
                "a.b/c",
                "this-label-is-longer-than-the-sixty-three-octets-that-a-label-may-have.example"
            })
    void what_is_no_name_is_refused(String text) {
        assertThatThrownBy(() -> DnsName.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "fe80::1, fe80::1",
        "64:ff9b::192.0.2.1, 64:ff9b::c000:201",
        "1:10:0:0:0:0:0:100, 1:10::100"
    })
    void ipv6_addresses_have_one_spelling(String text, String canonical) {
        assertThat(DnsRecordSet.of(NAME, RecordType.AAAA, TTL, text).values()).containsExactly(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "256.0.0.1",
                "1.2.3",
                "01.2.3.4",
                "localhost",
                "1.2.3.4 ",
                "::g",
                "fe80::1%lo",
                "::ffff:192.0.2.1",
                "1::2::3"
            })
    void what_is_no_address_is_refused(String text) {
        assertThatThrownBy(() -> DnsRecordSet.addresses(NAME, TTL, List.of(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void a_switch_to_no_address_at_all_is_refused() {
        assertThatThrownBy(() -> DnsRecords.pointing(Set.of(NAME), TTL, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_same_records_are_equal_in_any_order() {
        DnsRecords one = DnsRecords.pointing(Set.of(NAME), TTL, List.of("192.0.2.2", "2001:DB8::1", "192.0.2.1"));
        DnsRecords other = DnsRecords.pointing(Set.of(NAME), TTL, List.of("2001:db8::1", "192.0.2.1", "192.0.2.2"));
        assertThat(one).isEqualTo(other);
        assertThat(one.withTtl(Duration.ZERO)).isNotEqualTo(other);
        assertThat(one.withTtl(Duration.ZERO).leadsLike(other)).isTrue();
    }

    @Test
    void a_change_survives_being_kept() {
        DnsName wildcard = DnsName.of("*.apps.b\u00fccher.example");
        DnsChange change = DnsChange.of(
                        DnsRecords.none(Set.of(wildcard, NAME)),
                        DnsRecords.pointing(List.of(wildcard, NAME), TTL, List.of("192.0.2.1", "2001:db8::1")))
                .with(Map.of(DnsName.of("example.com"), 4_294_967_295L));
        assertThat(DnsChange.fromJson(change.toJson())).isEqualTo(change);
        assertThatThrownBy(() -> DnsChange.fromJson("{\"before\": 1}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_name_keeps_its_kind() {
        DnsRecords alias = DnsRecords.of(DnsRecordSet.of(NAME, RecordType.CNAME, TTL, "primary.example.net"));
        DnsRecords address = DnsRecords.pointing(Set.of(NAME), TTL, List.of("192.0.2.1"));
        assertThatThrownBy(() -> DnsChange.of(alias, address)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DnsChange.of(address, alias)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_remains_is_what_is_not_done_and_a_stranger_stops_it() {
        DnsRecords before = DnsRecords.pointing(Set.of(NAME), TTL, List.of("192.0.2.1"));
        DnsRecords after = DnsRecords.pointing(Set.of(NAME), TTL, List.of("192.0.2.2"));
        DnsChange change = DnsChange.of(before, after);
        assertThat(change.remaining(before.withTtl(Duration.ZERO), true, "x")).containsExactly(NAME);
        assertThat(change.remaining(after, true, "x")).isEmpty();
        assertThat(change.remaining(after.withTtl(Duration.ZERO), false, "x")).isEmpty();
        assertThatThrownBy(() -> change.remaining(DnsRecords.none(Set.of(NAME)), true, "the server"))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("platform.example.com at the server: it is nothing, not A 192.0.2.1");
    }

    @Test
    void a_part_that_the_server_dropped_without_a_word_is_told() {
        DnsName other = DnsName.of("other.example.com");
        DnsRecords before = DnsRecords.pointing(List.of(NAME, other), TTL, List.of("192.0.2.1"));
        DnsRecords after = DnsRecords.pointing(List.of(NAME, other), TTL, List.of("192.0.2.2"));
        DnsRecords half = DnsRecords.of(after.at(NAME).get(0), before.at(other).get(0));
        assertThatThrownBy(() -> DnsChange.of(before, after).requireDone(half, true, "the server"))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(
                        "the server accepted the change of other.example.com to A 192.0.2.2, and yet holds A 192.0.2.1");
        DnsChange.of(before, after).requireDone(after, true, "the server");
    }
}
