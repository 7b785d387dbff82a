package io.drkit.dns.proof;

import io.drkit.dns.DnsName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an address did when it was called by a name.
 *
 * @param name that it was called by
 * @param connected whether it took a TCP connection
 * @param certificateNames for which its certificate is; empty if it showed none
 * @param validUntil when its certificate ends
 * @param problems one sentence each; none if all is well
 */
public record AddressFinding(
        DnsName name,
        String address,
        int port,
        boolean connected,
        List<String> certificateNames,
        Optional<Instant> validUntil,
        List<String> problems) {

    public AddressFinding {
        certificateNames = List.copyOf(certificateNames);
        problems = List.copyOf(problems);
    }

    public boolean isGood() {
        return problems.isEmpty();
    }
}
