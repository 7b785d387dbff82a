package io.drkit.testkit.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsCapabilities;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link DnsSwitcher} must do. A backend's test extends this and says how to reach the backend and, around it, the server, which the
 * tests may share: each uses names of its own. What the backend's {@linkplain DnsSwitcher#capabilities kind} cannot hold is skipped.
 */
public abstract class DnsSwitcherContract {

    protected static final Duration TTL = Duration.ofMinutes(5);
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** The backend under test; the same for all calls within a test. */
    protected abstract DnsSwitcher switcher();

    /** The zone in which the tests may use any name; it has no wildcard at its top. */
    protected abstract DnsName zone();

    /** Makes the server hold exactly these, as somebody else would: not through the backend. Names without records are deleted. */
    protected abstract void hold(DnsRecords records);

    /**
     * What the server itself tells a client of a name, asked without the backend.
     *
     * @param name may be one that only a wildcard answers for
     * @return the values, in canonical spelling and sorted; empty for none
     */
    protected abstract List<String> told(DnsName name, RecordType type);

    @Test
    void reads_what_is_there_and_that_there_is_nothing() {
        DnsName there = fresh();
        DnsName gone = fresh();
        hold(addresses("192.0.2.1", there));
        DnsRecords read = switcher().read(List.of(there, gone));
        assertThat(read.names()).containsExactlyInAnyOrder(there, gone);
        assertThat(read.leadsLike(addresses("192.0.2.1", there), there)).isTrue();
        assertThat(read.at(gone)).isEmpty();
        if (ttls()) {
            assertThat(read.longestTtl()).isEqualTo(TTL);
        }
        assertThat(switcher().name()).isNotEmpty();
    }

    @Test
    void points_a_name_elsewhere_and_back() {
        DnsName name = fresh();
        hold(addresses("192.0.2.1", name));
        DnsChange change = switcher().pointTo(addresses("198.51.100.1", name));
        assertThat(told(name, RecordType.A)).containsExactly("198.51.100.1");
        assertThat(change.changed()).containsExactly(name);

        switcher().undo(DnsChange.fromJson(change.toJson()));
        assertThat(told(name, RecordType.A)).containsExactly("192.0.2.1");
        assertThat(switcher().read(Set.of(name))).isEqualTo(change.before());
    }

    @Test
    void a_change_that_was_made_already_is_none() {
        DnsName name = fresh();
        hold(addresses("192.0.2.1", name));
        DnsChange change = switcher().pointTo(addresses("198.51.100.1", name));
        assertThat(switcher().apply(change)).isEqualTo(change);
        assertThat(switcher().pointTo(addresses("198.51.100.1", name)).changed())
                .isEmpty();
        assertThat(switcher().undo(change).serials().keySet())
                .isEqualTo(change.serials().keySet());
        assertThat(switcher().undo(change).after()).isEqualTo(change.before());
    }

    @Test
    void twenty_names_move_together() {
        List<DnsName> names = IntStream.range(0, 20).mapToObj(i -> fresh()).toList();
        hold(addresses("192.0.2.1", names));
        DnsChange change = switcher().pointTo(addresses("198.51.100.1", names));
        assertThat(change.changed()).hasSize(20);
        assertThat(names)
                .allSatisfy(name -> assertThat(told(name, RecordType.A)).containsExactly("198.51.100.1"));
    }

    @Test
    void what_is_half_done_is_finished_by_doing_it_again() {
        List<DnsName> names = List.of(fresh(), fresh(), fresh());
        hold(addresses("192.0.2.1", names));
        DnsChange change = switcher().plan(addresses("198.51.100.1", names));
        hold(addresses("198.51.100.1", names.get(1)));
        switcher().apply(change);
        assertThat(names)
                .allSatisfy(name -> assertThat(told(name, RecordType.A)).containsExactly("198.51.100.1"));
    }

    @Test
    void what_somebody_else_changed_is_left_alone_and_so_are_its_neighbours() {
        List<DnsName> names = List.of(fresh(), fresh(), fresh());
        hold(addresses("192.0.2.1", names));
        DnsChange change = switcher().plan(addresses("198.51.100.1", names));
        hold(addresses("203.0.113.9", names.get(2)));
        assertThatThrownBy(() -> switcher().apply(change))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(names.get(2).ascii())
                .hasMessageContaining("203.0.113.9");
        assertThat(told(names.get(0), RecordType.A)).containsExactly("192.0.2.1");
        assertThat(told(names.get(1), RecordType.A)).containsExactly("192.0.2.1");
        assertThat(told(names.get(2), RecordType.A)).containsExactly("203.0.113.9");
    }

    @Test
    void undo_refuses_what_somebody_else_changed_since() {
        DnsName name = fresh();
        hold(addresses("192.0.2.1", name));
        DnsChange change = switcher().pointTo(addresses("198.51.100.1", name));
        hold(addresses("203.0.113.9", name));
        assertThatThrownBy(() -> switcher().undo(change)).isInstanceOf(UnsafeToProceedException.class);
        assertThat(told(name, RecordType.A)).containsExactly("203.0.113.9");
    }

    @Test
    void a_name_that_does_not_exist_is_created_only_when_asked() {
        DnsName name = fresh();
        DnsRecords desired = addresses("198.51.100.1", name);
        assertThatThrownBy(() -> switcher().pointTo(desired))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(name.ascii());
        assertThat(told(name, RecordType.A)).isEmpty();

        DnsChange created = switcher().apply(DnsChange.of(DnsRecords.none(Set.of(name)), desired));
        assertThat(told(name, RecordType.A)).containsExactly("198.51.100.1");
        switcher().undo(created);
        assertThat(switcher().read(Set.of(name)).at(name)).isEmpty();
    }

    @Test
    void an_old_address_of_the_other_family_goes_away() {
        needs(RecordType.AAAA);
        DnsName name = fresh();
        hold(DnsRecords.pointing(Set.of(name), TTL, List.of("192.0.2.1", "192.0.2.2", "2001:db8::1")));
        DnsChange change = switcher().pointTo(addresses("198.51.100.1", name));
        assertThat(told(name, RecordType.A)).containsExactly("198.51.100.1");
        assertThat(told(name, RecordType.AAAA)).isEmpty();
        switcher().undo(change);
        assertThat(told(name, RecordType.A)).containsExactly("192.0.2.1", "192.0.2.2");
        assertThat(told(name, RecordType.AAAA)).containsExactly("2001:db8::1");
    }

    @Test
    void ipv6_alone_moves_too() {
        needs(RecordType.AAAA);
        DnsName name = fresh();
        hold(addresses("2001:db8::1", name));
        switcher().pointTo(addresses("2001:db8::ffff:0:0:2", name));
        assertThat(told(name, RecordType.AAAA)).containsExactly("2001:db8::ffff:0:0:2");
        assertThat(told(name, RecordType.A)).isEmpty();
    }

    @Test
    void a_cname_moves_to_another_name() {
        needs(RecordType.CNAME);
        DnsName name = fresh();
        hold(alias(name, "primary.example.net"));
        DnsChange change = switcher().pointTo(alias(name, "standby.example.net"));
        assertThat(told(name, RecordType.CNAME)).containsExactly("standby.example.net");
        switcher().undo(change);
        assertThat(told(name, RecordType.CNAME)).containsExactly("primary.example.net");
    }

    @Test
    void a_cname_in_the_way_stays_and_so_do_its_neighbours() {
        needs(RecordType.CNAME);
        DnsName alias = fresh();
        DnsName neighbour = fresh();
        hold(alias(alias, "primary.example.net"));
        hold(addresses("192.0.2.1", neighbour));
        assertThatThrownBy(() -> switcher().pointTo(addresses("198.51.100.1", alias, neighbour)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("CNAME primary.example.net");
        // Nor if it came between the plan and the change.
        DnsRecords before = addresses("192.0.2.1", alias, neighbour);
        assertThatThrownBy(() -> switcher().apply(DnsChange.of(before, addresses("198.51.100.1", alias, neighbour))))
                .isInstanceOf(UnsafeToProceedException.class);
        assertThat(told(alias, RecordType.CNAME)).containsExactly("primary.example.net");
        assertThat(told(neighbour, RecordType.A)).containsExactly("192.0.2.1");
    }

    @Test
    void a_wildcard_moves_and_names_below_it_are_not_taken_for_records() {
        assumeTrue(capabilities().wildcards());
        DnsName parent = fresh();
        DnsName wildcard = DnsName.of("*." + parent);
        DnsName below = DnsName.of("app." + parent);
        hold(addresses("192.0.2.1", wildcard));
        assertThat(switcher().read(Set.of(below)).at(below)).isEmpty();
        switcher().pointTo(addresses("198.51.100.1", wildcard));
        assertThat(told(below, RecordType.A)).containsExactly("198.51.100.1");
    }

    @Test
    void an_internationalised_name_moves() {
        DnsName name = DnsName.of("b\u00fccher-" + fresh());
        hold(addresses("192.0.2.1", name));
        switcher().pointTo(addresses("198.51.100.1", name));
        assertThat(told(name, RecordType.A)).containsExactly("198.51.100.1");
    }

    @Test
    void the_time_to_live_is_lowered_and_put_back_wherever_the_name_leads_by_then() {
        assumeTrue(ttls());
        DnsName name = fresh();
        hold(addresses("192.0.2.1", name));
        DnsChange lowered = switcher().apply(switcher().planTtl(Set.of(name), Duration.ofSeconds(30)));
        assertThat(lowered.before().longestTtl()).isEqualTo(TTL);
        assertThat(switcher().read(Set.of(name)).longestTtl()).isEqualTo(Duration.ofSeconds(30));
        switcher().pointTo(addresses("198.51.100.1", name).withTtl(Duration.ofSeconds(30)));

        switcher().apply(switcher().planTtlBack(lowered));
        assertThat(switcher().read(Set.of(name))).isEqualTo(addresses("198.51.100.1", name));
    }

    @Test
    void a_name_in_nobodys_zone_is_bad_input() {
        DnsName name = DnsName.of("www.not-served-here.example");
        assertThatThrownBy(() -> switcher().read(Set.of(name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name.ascii());
    }

    /** A name that no other test uses. */
    protected final DnsName fresh() {
        return DnsName.of("n" + NAMES.incrementAndGet() + "." + zone());
    }

    protected static DnsRecords addresses(String address, DnsName... names) {
        return addresses(address, List.of(names));
    }

    protected static DnsRecords addresses(String address, List<DnsName> names) {
        return DnsRecords.pointing(names, TTL, List.of(address));
    }

    protected static DnsRecords alias(DnsName name, String target) {
        return DnsRecords.of(DnsRecordSet.of(name, RecordType.CNAME, TTL, target));
    }

    private DnsCapabilities capabilities() {
        return switcher().capabilities();
    }

    private boolean ttls() {
        return capabilities().ttls();
    }

    private void needs(RecordType type) {
        assumeTrue(
                capabilities().types().contains(type),
                () -> "It holds "
                        + capabilities().types().stream().map(RecordType::name).collect(Collectors.joining(", ")));
    }
}
