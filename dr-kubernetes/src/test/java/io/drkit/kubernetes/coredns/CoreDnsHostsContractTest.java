package io.drkit.kubernetes.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.Ticker;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.testkit.dns.DnsSwitcherContract;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/**
 * The contract for names in the {@code hosts} of a Corefile, on the first cluster that is there. What clients are told is read off the Corefile: a CoreDNS
 * that would say it is not to be had where the tests run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CoreDnsHostsContractTest extends DnsSwitcherContract {

    private static final String COREFILE = """
            # somebody's
            contract.example:53 {
                hosts {
                    192.0.2.77 untouched.contract.example # this one too
                    ttl 300
                    fallthrough
                }
                reload
            }
            .:53 {
                forward . /etc/resolv.conf
            }
            """;

    private final TestConfigMap map = new TestConfigMap(KubernetesSites.primary(), Map.of("Corefile", COREFILE));
    private final DnsSwitcher switcher =
            new CoreDnsSwitcher(map.client(), map.config().build(), Clock.systemUTC(), Ticker.SYSTEM);

    @AfterAll
    void everything_else_is_as_it_was() {
        assertThat(lines(map.text("Corefile")).stream()
                        .filter(line -> !line.contains(" n") && !line.contains(" xn--"))
                        .collect(Collectors.joining("\n", "", "\n")))
                .isEqualTo(COREFILE);
        switcher.close();
        map.close();
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
                "Corefile",
                text -> lines(text).stream()
                        .filter(line -> records.names().stream().noneMatch(name -> line.endsWith(" " + name)))
                        .flatMap(line -> line.strip().equals("hosts {")
                                ? Stream.concat(Stream.of(line), entries(records).stream())
                                : Stream.of(line))
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    private static List<String> entries(DnsRecords records) {
        return records.sets().values().stream()
                .flatMap(List::stream)
                .flatMap(
                        (DnsRecordSet set) -> set.values().stream().map(value -> "        " + value + " " + set.name()))
                .toList();
    }

    @Override
    protected List<String> told(DnsName name, RecordType type) {
        return lines(map.text("Corefile")).stream()
                .filter(line -> line.endsWith(" " + name))
                .map(line -> line.strip().split(" ", -1)[0])
                .filter(address -> (address.indexOf(':') >= 0) == (type == RecordType.AAAA))
                .sorted()
                .toList();
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }
}
