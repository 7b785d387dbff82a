package io.drkit.comparison;

import io.drkit.tls.Handshake;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The certificates that a site shows: its API server's, and that of the platform's domain at the site's virtual addresses. */
public final class CertificateFactSource implements FactSource {

    private static final int API_PORT = 6443;

    private final URI apiServer;
    private final List<String> domain;
    private final List<String> addresses;
    private final int httpsPort;
    private final List<String> controlPlaneNames;
    private final Duration timeout;

    /**
     * @param apiServer as a kubeconfig names it: {@code https://10.0.0.1:6443}
     * @param domain the platform's names, without wildcards
     * @param addresses virtual addresses of this site
     * @param httpsPort normally 443
     * @param controlPlaneNames by which the API server must be reachable at both sites, beside those of kubeadm's control-plane endpoints
     * @param timeout of a connection, and of each reply in a handshake
     */
    public CertificateFactSource(
            URI apiServer,
            List<String> domain,
            List<String> addresses,
            int httpsPort,
            List<String> controlPlaneNames,
            Duration timeout) {
        this.apiServer = apiServer;
        this.domain = List.copyOf(domain);
        this.addresses = List.copyOf(addresses);
        this.httpsPort = httpsPort;
        this.controlPlaneNames = List.copyOf(controlPlaneNames);
        this.timeout = timeout;
    }

    @Override
    public void contribute(SiteFacts.Builder facts) {
        facts.controlPlaneNames(Fact.of(controlPlaneNames));
        facts.apiServerCertificate(Fact.look(this::apiServer));
        facts.domain(Fact.look(this::domain));
    }

    private Fact<CertificateFacts> apiServer() {
        String host = apiServer.getHost();
        if (!"https".equals(apiServer.getScheme()) || host == null) {
            return Fact.unknown("the API server is not called by TLS");
        }
        String bare = host.replaceAll("^\\[|]$", "");
        return shown(bare, apiServer.getPort() < 0 ? API_PORT : apiServer.getPort(), bare);
    }

    private Fact<Map<String, Fact<CertificateFacts>>> domain() {
        if (domain.isEmpty() || addresses.isEmpty()) {
            return Fact.unknown("the platform's domain or this site's addresses are not configured");
        }
        Map<String, Fact<CertificateFacts>> shown = new TreeMap<>();
        domain.forEach(name -> shown.put(name, atAllAddresses(name)));
        return Fact.of(shown);
    }

    private Fact<CertificateFacts> atAllAddresses(String name) {
        List<Fact<CertificateFacts>> shown = addresses.stream()
                .map(address -> shown(address, httpsPort, name))
                .toList();
        for (Fact<CertificateFacts> one : shown) {
            if (!one.isKnown()) {
                return one;
            }
            if (!one.equals(shown.get(0))) {
                return Fact.unknown("the site's addresses " + addresses + " show different certificates");
            }
        }
        return shown.get(0);
    }

    private Fact<CertificateFacts> shown(String address, int port, String name) {
        Handshake seen = Handshake.with(address, port, name, timeout);
        if (seen.chain().isEmpty()) {
            return Fact.unknown(address + " port " + port
                    + (seen.connected() ? " shows no certificate: " : " takes no connection: ") + seen.failure());
        }
        return Fact.of(CertificateFacts.of(seen.chain().get(0)));
    }
}
