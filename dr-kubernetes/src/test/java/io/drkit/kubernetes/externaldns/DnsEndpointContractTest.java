package io.drkit.kubernetes.externaldns;

import io.drkit.Ticker;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.testkit.dns.DnsSwitcherContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/**
 * The contract on the first cluster that is there. What clients are told is what the objects say: there is no external-dns, and no name server of a
 * provider's behind it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnsEndpointContractTest extends DnsSwitcherContract {

    private static final String HELD = "held";

    private final TestEndpoints endpoints = new TestEndpoints(KubernetesSites.primary());
    private final DnsSwitcher switcher = new DnsEndpointSwitcher(
            endpoints.client(),
            DnsEndpoints.in(endpoints.namespace())
                    .domains(Set.of(zone()))
                    .seenWithin(Duration.ZERO)
                    .build(),
            Ticker.SYSTEM);

    DnsEndpointContractTest() {
        endpoints.create(HELD, "[]");
    }

    @AfterAll
    void close() {
        switcher.close();
        endpoints.close();
    }

    @Override
    protected DnsSwitcher switcher() {
        return switcher;
    }

    @Override
    protected final DnsName zone() {
        return DnsName.of("contract.example");
    }

    @Override
    protected void hold(DnsRecords records) {
        List<Map<?, ?>> now = new ArrayList<>(endpoints.endpoints());
        now.removeIf(endpoint ->
                records.names().stream().anyMatch(name -> name.ascii().equals(endpoint.get("dnsName"))));
        records.sets().values().stream().flatMap(List::stream).forEach(set -> now.add(TestEndpoints.endpoint(set)));
        endpoints.set(HELD, "endpoints", now);
    }

    @Override
    protected List<String> told(DnsName name, RecordType type) {
        String wildcard = "*" + name.ascii().substring(name.ascii().indexOf('.'));
        return Stream.of(name.ascii(), wildcard)
                .map(asked -> endpoints.endpoints().stream()
                        .filter(endpoint -> asked.equals(endpoint.get("dnsName"))
                                && type.name().equals(endpoint.get("recordType")))
                        .flatMap(endpoint -> TestEndpoints.targets(endpoint).stream())
                        .sorted()
                        .toList())
                .filter(told -> !told.isEmpty())
                .findFirst()
                .orElse(List.of());
    }
}
