package io.drkit.examples.runbook.platform;

import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.DnsVantage;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Names, where they may lead, who can change them, and who is asked.
 *
 * @param addresses where they lead when the platform is at a site
 * @param switcher opens the name servers, which the caller closes
 * @param audience opens those who are asked whether a change is seen, which the caller closes
 * @param patience how long they may take to see it
 */
public record Domain(
        List<DnsName> names,
        Function<String, List<String>> addresses,
        Supplier<DnsSwitcher> switcher,
        Function<DnsChange, Audience> audience,
        Duration patience) {

    public Domain {
        names = List.copyOf(names);
    }

    /**
     * Who is asked.
     *
     * @param vantages may be nobody
     */
    public record Audience(List<DnsVantage> vantages, Runnable closing) implements AutoCloseable {

        public Audience {
            vantages = List.copyOf(vantages);
        }

        @Override
        public void close() {
            closing.run();
        }
    }

    /** The same for other names. */
    public Domain of(List<DnsName> others) {
        return new Domain(others, addresses, switcher, audience, patience);
    }
}
