package io.drkit.kubernetes.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.Ticker;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.testkit.dns.DnsSwitcherContract;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The contract for names in a zone file of the {@code file} plugin, on the first cluster that is there. What clients are told is what BIND reads in the zone
 * file: a CoreDNS that would say it is not to be had where the tests run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CoreDnsZoneContractTest extends DnsSwitcherContract {

    private static final String ZONE = """
            $TTL 600
            @ IN SOA ns1 hostmaster ( 41 ; the serial
                3600 900 604800 300 )
              IN NS ns1
            ns1 A 192.0.2.53
            """;

    private final TestConfigMap map = new TestConfigMap(
            KubernetesSites.primary(),
            Map.of(
                    "Corefile",
                    "contract.example {\n  file /etc/coredns/db.contract\n  reload\n}\n",
                    "db.contract",
                    ZONE));
    private final DnsSwitcher switcher = new CoreDnsSwitcher(
            map.client(), map.config().plugin(CoreDnsPlugin.FILE).build(), Clock.systemUTC(), Ticker.SYSTEM);

    @AfterAll
    void close() {
        switcher.close();
        map.close();
    }

    @Test
    void the_serial_is_raised_with_each_write_and_told() {
        DnsName name = fresh();
        hold(addresses("192.0.2.1", name));
        long before = serial();
        assertThat(switcher().pointTo(addresses("198.51.100.1", name)).serials())
                .containsOnly(Map.entry(zone(), before + 1));
        assertThat(switcher().pointTo(addresses("198.51.100.1", name)).serials())
                .containsOnly(Map.entry(zone(), before + 1));
    }

    private long serial() {
        return Long.parseLong(map.text("db.contract").replaceAll("(?s).*\\( ([0-9]+) ; the serial.*", "$1"));
    }

    @Override
    protected DnsSwitcher switcher() {
        return switcher;
    }

    @Override
    protected DnsName zone() {
        return DnsName.of("contract.example");
    }

    @Override
    protected void hold(DnsRecords records) {
        map.edit(
                "db.contract",
                text -> Stream.concat(
                                text.lines()
                                        .filter(line -> records.names().stream()
                                                .noneMatch(name -> line.startsWith(name + ". "))),
                                records.sets().values().stream()
                                        .flatMap(List::stream)
                                        .flatMap(set -> set.values().stream()
                                                .map(value -> set.name() + ". "
                                                        + set.ttl().toSeconds() + " IN "
                                                        + set.type() + " " + value
                                                        + (set.type() == RecordType.CNAME ? "." : ""))))
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    @Override
    protected List<String> told(DnsName name, RecordType type) {
        String zone = Zones.canonical(zone().ascii(), map.text("db.contract"));
        List<String> own = values(zone, name.ascii(), type);
        return own.isEmpty() && !zone.contains(name + ".")
                ? values(zone, "*" + name.ascii().substring(name.ascii().indexOf('.')), type)
                : own;
    }

    private static List<String> values(String zone, String name, RecordType type) {
        return zone.lines()
                .map(line -> Arrays.asList(line.split("\\s+", 5)))
                .filter(words -> words.size() == 5
                        && words.get(0).equals(name + ".")
                        && words.get(3).equals(type.name()))
                .map(words -> words.get(4).replaceAll("\\.$", ""))
                .sorted()
                .toList();
    }
}
