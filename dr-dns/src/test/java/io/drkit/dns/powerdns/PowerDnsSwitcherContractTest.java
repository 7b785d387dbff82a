package io.drkit.dns.powerdns;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.testkit.dns.DnsSwitcherContract;
import io.drkit.testkit.dns.PowerDns;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** The contract against a real PowerDNS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PowerDnsSwitcherContractTest extends DnsSwitcherContract {

    private final PowerDns server = new PowerDns("contract.example");
    private final DnsSwitcher switcher =
            new PowerDnsSwitcher(PowerDnsConnection.to(server.api().toString(), PowerDns.API_KEY::toCharArray)
                    .build());

    @AfterAll
    void stop() {
        switcher.close();
        server.close();
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
        server.hold(records);
    }

    @Override
    protected List<String> told(DnsName name, RecordType type) {
        return server.told(name, type);
    }
}
