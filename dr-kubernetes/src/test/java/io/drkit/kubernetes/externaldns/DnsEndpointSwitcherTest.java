package io.drkit.kubernetes.externaldns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.kubernetes.KubernetesSite;
import io.drkit.kubernetes.KubernetesSites;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Objects as people have them, and what a network, an API server and an external-dns do to a switch: on the mock server, which can be told to. */
class DnsEndpointSwitcherTest {

    private static final KubernetesSite SITE = KubernetesSites.withoutControllers();
    private static final DnsName PLATFORM = DnsName.of("platform.example.com");
    private static final DnsName API = DnsName.of("api.example.com");
    private static final Duration TTL = Duration.ofMinutes(1);

    private final TestEndpoints endpoints = new TestEndpoints(SITE);
    private final FaultyApi api = new FaultyApi(SITE);
    private final KubernetesClient client = api.client(5_000);

    @AfterEach
    void close() {
        client.close();
        api.close();
        endpoints.close();
    }

    @Test
    void what_is_not_known_here_is_kept() {
        endpoints.create("all", """
                [{dnsName: x.example.com, recordType: TXT, targets: ["a b"], labels: {owner: me}},
                 {dnsName: Platform.example.com., recordType: A, recordTTL: 30, targets: [192.0.2.1],
                  providerSpecific: [{name: proxied, value: "true"}], labels: {resource: r}, flagged: 7},
                 {dnsName: platform.example.com, recordType: TXT, targets: [t]}]""");
        DnsRecords standby = DnsRecords.pointing(Set.of(PLATFORM), TTL, List.of("198.51.100.1", "2001:db8::2"));
        DnsChange change = switcher().pointTo(standby);
        assertThat(change.changed()).containsExactly(PLATFORM);
        assertThat(endpoints.json("all")).isEqualTo("""
                        {"endpoints":[\
                        {"dnsName":"x.example.com","recordType":"TXT","targets":["a b"],"labels":{"owner":"me"}},\
                        {"dnsName":"Platform.example.com.","recordType":"A","recordTTL":60,"targets":["198.51.100.1"],\
                        "providerSpecific":[{"name":"proxied","value":"true"}],"labels":{"resource":"r"},"flagged":7},\
                        {"dnsName":"platform.example.com","recordType":"TXT","targets":["t"]},\
                        {"dnsName":"Platform.example.com.","recordType":"AAAA","recordTTL":60,"targets":["2001:db8::2"],\
                        "providerSpecific":[{"name":"proxied","value":"true"}],"labels":{"resource":"r"},"flagged":7}\
                        ],"later":"kept"}""");
    }

    @Test
    void a_name_twice_is_refused() {
        endpoints.create("one", a(PLATFORM));
        endpoints.create("two", a(PLATFORM));
        assertThatThrownBy(() -> switcher().read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("DNSEndpoint one", "DNSEndpoint two");
        endpoints.create("three", "[" + entry(API) + ", " + entry(API) + "]");
        assertThatThrownBy(() -> switcher().read(Set.of(API)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("A of api.example.com twice");
    }

    @Test
    void names_of_several_objects_move_and_new_ones_go_into_one_of_our_own() {
        endpoints.create("one", a(PLATFORM));
        endpoints.create("two", a(API));
        DnsName fresh = DnsName.of("fresh.example.com");
        switcher().pointTo(standby(PLATFORM, API));
        DnsChange created = switcher().apply(DnsChange.of(DnsRecords.none(Set.of(fresh)), standby(fresh)));
        assertThat(switcher().read(Set.of(PLATFORM, API, fresh))).isEqualTo(standby(PLATFORM, API, fresh));
        assertThat(endpoints.json("drkit")).contains("fresh.example.com");
        switcher().undo(created);
        assertThat(endpoints.exists("drkit")).isTrue();
        assertThat(switcher().capabilities().promise())
                .contains("one by one", "once external-dns has asked its provider");
    }

    @Test
    void somebody_elses_change_in_between_is_kept() {
        endpoints.create("one", a(PLATFORM));
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) -> {
            if (method.equals("PUT") && patches.getAndIncrement() == 0) {
                endpoints.set("one", "later", "changed");
            }
            return Fate.PASS;
        });
        switcher().pointTo(standby(PLATFORM));
        assertThat(patches).hasValue(2);
        assertThat(endpoints.json("one")).contains("198.51.100.1", "\"later\":\"changed\"");
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST", "ANSWER_LOST", "BROKEN"})
    void a_write_without_an_answer_is_looked_at_and_not_repeated_blindly(Fate fate) {
        endpoints.create("one", a(PLATFORM));
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) -> method.equals("PUT") && patches.getAndIncrement() == 0 ? fate : Fate.PASS);
        switcher().pointTo(standby(PLATFORM));
        assertThat(patches).hasValue(fate == Fate.ANSWER_LOST ? 1 : 2);
        assertThat(switcher().read(Set.of(PLATFORM))).isEqualTo(standby(PLATFORM));
    }

    @Test
    void an_end_between_two_objects_is_told_and_gone_on_from() {
        endpoints.create("one", a(API));
        endpoints.create("two", a(PLATFORM));
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) ->
                method.equals("PUT") && patches.getAndIncrement() == 1 ? Fate.FORBIDDEN : Fate.PASS);
        DnsChange plan = switcher().plan(standby(PLATFORM, API));
        assertThatThrownBy(() -> switcher().apply(plan))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("DNSEndpoint [one] was changed, others were not")
                .hasMessageContaining("grant the verb update");
        api.heal();
        switcher().apply(plan);
        assertThat(switcher().read(Set.of(PLATFORM, API))).isEqualTo(standby(PLATFORM, API));
    }

    @Test
    void a_missing_right_is_told_and_nothing_is_changed() {
        endpoints.create("one", a(PLATFORM));
        api.rule((number, method, path) -> method.equals("PUT") ? Fate.FORBIDDEN : Fate.PASS);
        assertThatThrownBy(() -> switcher().pointTo(standby(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("grant the verb update");
        assertThat(endpoints.json("one")).contains("192.0.2.1");
    }

    @Test
    void external_dns_is_waited_for_until_it_has_read_the_object() {
        endpoints.create("one", a(PLATFORM));
        DnsEndpointSwitcher impatient = switcher(Duration.ofMillis(50));
        assertThatThrownBy(() -> impatient.pointTo(standby(PLATFORM)))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("[one]")
                .hasMessageContaining("says nothing at all")
                .hasMessageContaining("--source=crd");
        endpoints.observe("one");
        DnsEndpointSwitcher patient = switcher(Duration.ofSeconds(30));
        assertThat(patient.pointTo(standby(PLATFORM)).changed()).isEmpty();

        AtomicInteger looks = new AtomicInteger();
        api.rule((number, method, path) -> {
            if (method.equals("PUT")) {
                looks.set(1);
            } else if (looks.get() > 0 && looks.incrementAndGet() == 4) {
                endpoints.observe("one");
            }
            return Fate.PASS;
        });
        patient.pointTo(DnsRecords.pointing(Set.of(PLATFORM), TTL, List.of("192.0.2.1")));
        assertThat(looks).hasValueGreaterThanOrEqualTo(4);
    }

    @Test
    void who_puts_back_what_was_there_is_told_of_and_not_written_over() {
        endpoints.create("one", a(PLATFORM));
        AtomicInteger puts = new AtomicInteger();
        AtomicInteger back = new AtomicInteger();
        api.rule((number, method, path) -> {
            if (method.equals("PUT")) {
                puts.incrementAndGet();
            } else if (puts.get() > back.get()) {
                back.set(puts.get());
                endpoints.set("one", "endpoints", List.of(TestEndpoints.endpoint(was())));
            }
            return Fate.PASS;
        });
        assertThatThrownBy(() -> switcher().pointTo(standby(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("accepted the change of platform.example.com", "and yet holds");
        assertThat(puts).hasValue(1);
    }

    @Test
    void the_last_write_is_looked_at_as_every_other_is() {
        endpoints.create("one", a(PLATFORM));
        AtomicInteger puts = new AtomicInteger();
        api.rule((number, method, path) ->
                method.equals("PUT") ? puts.incrementAndGet() < 5 ? Fate.LOST : Fate.ANSWER_LOST : Fate.PASS);
        switcher().pointTo(standby(PLATFORM));
        assertThat(puts).hasValue(5);
        assertThat(switcher().read(Set.of(PLATFORM))).isEqualTo(standby(PLATFORM));
    }

    @Test
    void a_family_that_could_not_be_brought_back_is_not_dropped_nor_anything_else_written() {
        endpoints.create("one", a(API));
        endpoints.create("two", """
                [{dnsName: platform.example.com, recordType: A, recordTTL: 60, targets: [192.0.2.1]},
                 {dnsName: platform.example.com, recordType: AAAA, recordTTL: 60, targets: ["2001:db8::1"],
                  providerSpecific: [{name: aws/weight, value: "10"}], labels: {a: b}}]""");
        String before = endpoints.json("one") + endpoints.json("two");
        assertThatThrownBy(() -> switcher().pointTo(standby(API, PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("its AAAA of platform.example.com would go");
        assertThat(endpoints.json("one") + endpoints.json("two")).isEqualTo(before);
    }

    @Test
    void external_dns_is_waited_for_after_a_removal_too() {
        endpoints.create("one", a(PLATFORM));
        DnsChange removal = DnsChange.of(switcher().read(Set.of(PLATFORM)), DnsRecords.none(Set.of(PLATFORM)));
        assertThatThrownBy(() -> switcher(Duration.ofMillis(50)).apply(removal))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("[one]");
    }

    @Test
    void an_internationalised_name_is_found_as_people_write_it() {
        DnsName books = DnsName.of("b\u00fccher.example.com");
        endpoints.create("one", "[{dnsName: b\u00fccher.example.com, recordType: A, targets: [192.0.2.1]}]");
        assertThat(switcher().read(Set.of(books)).describe(books)).isEqualTo("A 192.0.2.1");
    }

    private static DnsRecordSet was() {
        return DnsRecordSet.of(PLATFORM, RecordType.A, TTL, "192.0.2.1");
    }

    private static String a(DnsName name) {
        return "[" + entry(name) + "]";
    }

    private static String entry(DnsName name) {
        return "{dnsName: " + name + ", recordType: A, recordTTL: 60, targets: [192.0.2.1]}";
    }

    private static DnsRecords standby(DnsName... names) {
        return DnsRecords.pointing(List.of(names), TTL, List.of("198.51.100.1"));
    }

    private DnsEndpointSwitcher switcher() {
        return switcher(Duration.ZERO);
    }

    private DnsEndpointSwitcher switcher(Duration seenWithin) {
        return new DnsEndpointSwitcher(
                client,
                DnsEndpoints.in(endpoints.namespace()).seenWithin(seenWithin).build(),
                Ticker.SYSTEM);
    }
}
