package io.drkit.dns.rfc2136;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.testkit.dns.Bind;
import io.drkit.testkit.dns.DnsSwitcherContract;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** The contract against a real BIND. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Rfc2136DnsSwitcherContractTest extends DnsSwitcherContract {

    private final Bind bind = Bind.primary("contract.example");
    private final DnsSwitcher switcher =
            new Rfc2136DnsSwitcher(Connections.to(bind).build());

    @AfterAll
    void stop() {
        switcher.close();
        bind.close();
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
        bind.hold(records);
    }

    @Override
    protected List<String> told(DnsName name, RecordType type) {
        return bind.told(name, type);
    }
}
