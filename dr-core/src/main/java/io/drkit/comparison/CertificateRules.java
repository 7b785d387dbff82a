package io.drkit.comparison;

import static io.drkit.comparison.Severity.BLOCKING;
import static io.drkit.comparison.Severity.UNKNOWN;
import static io.drkit.comparison.Severity.WARNING;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who trusted the primary must trust the standby: by the same names, and with certificates that are valid. */
final class CertificateRules {

    private static final Duration SOON = Duration.ofDays(30);
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

    private CertificateRules() {}

    static void apiServer(SiteFacts primary, SiteFacts standby, Findings found) {
        if (!primary.apiServerCertificate().isKnown()
                || !standby.apiServerCertificate().isKnown()) {
            found.unknown(
                    Topic.API_CERTIFICATE,
                    Findings.said(primary.apiServerCertificate()),
                    Findings.said(standby.apiServerCertificate()));
        }
        oneServer(primary, standby, found);
        Set<String> names = controlPlaneNames(primary, standby);
        for (Side side : Side.both(primary, standby, found)) {
            if (!side.site().apiServerCertificate().isKnown()) {
                continue;
            }
            CertificateFacts certificate = side.site().apiServerCertificate().get();
            dates(Topic.API_CERTIFICATE, "API server", certificate, side);
            List<String> uncovered =
                    names.stream().filter(name -> !certificate.covers(name)).toList();
            if (!uncovered.isEmpty()) {
                side.add(
                        Topic.API_CERTIFICATE,
                        BLOCKING,
                        "names of the API server's certificate at "
                                + side.site().site(),
                        "covers " + String.join(", ", certificate.names()),
                        "needs " + String.join(", ", names),
                        "Clients and nodes that come by " + String.join(", ", uncovered) + " refuse the API server.",
                        "Add the names to kubeadm's apiServer.certSANs, have the certificate issued anew and restart the API"
                                + " server.");
            }
        }
    }

    /** Each API server has a key of its own: who meets it twice, with the same nodes, has most likely looked at one cluster twice. */
    private static void oneServer(SiteFacts primary, SiteFacts standby, Findings found) {
        if (primary.apiServerCertificate().isKnown()
                && primary.apiServerCertificate().equals(standby.apiServerCertificate())
                && nodeNames(primary).equals(nodeNames(standby))) {
            String shown = "public key "
                    + primary.apiServerCertificate().get().publicKey().substring(0, 16) + "…, nodes "
                    + VersionRules.join(nodeNames(primary));
            found.of(Topic.API_CERTIFICATE)
                    .add(
                            UNKNOWN,
                            "one API server for both sites",
                            shown,
                            shown,
                            "If both names lead to one cluster, it was compared with itself, and nothing is known of the other.",
                            "See whether the configuration names two clusters.");
        }
    }

    private static Set<String> nodeNames(SiteFacts site) {
        return site.nodes().isKnown() ? VersionRules.all(site.nodes().get(), NodeFacts::name) : Set.of();
    }

    static void domain(SiteFacts primary, SiteFacts standby, Findings found) {
        found.whereKnown(Topic.DOMAIN_CERTIFICATE, primary.domain(), standby.domain(), (one, other) -> {
            Set<String> names = new TreeSet<>(one.keySet());
            names.addAll(other.keySet());
            for (String name : names) {
                Fact<CertificateFacts> here = one.getOrDefault(name, notCalled());
                Fact<CertificateFacts> there = other.getOrDefault(name, notCalled());
                if (!here.isKnown() || !there.isKnown()) {
                    found.unknown(
                            Topic.DOMAIN_CERTIFICATE,
                            name + ": " + Findings.said(here),
                            name + ": " + Findings.said(there));
                }
                for (Side side : Side.both(primary, standby, found)) {
                    Fact<CertificateFacts> shown = side.isPrimary() ? here : there;
                    if (shown.isKnown()) {
                        served(name, shown.get(), side);
                    }
                }
                if (here.isKnown() && there.isKnown()) {
                    same(name, here.get(), there.get(), found);
                }
            }
        });
    }

    private static void served(String name, CertificateFacts certificate, Side side) {
        dates(Topic.DOMAIN_CERTIFICATE, name, certificate, side);
        if (!certificate.covers(name)) {
            side.add(
                    Topic.DOMAIN_CERTIFICATE,
                    BLOCKING,
                    "names of the certificate for " + name + " at "
                            + side.site().site(),
                    "covers " + String.join(", ", certificate.names()),
                    "needs " + name,
                    "Whoever opens " + name + " there is shown a certificate for another name, and refuses it.",
                    "Serve the platform's certificate there.");
        }
    }

    /** A certificate that was renewed at one site with the same key is trusted as the other is, but for its dates. */
    private static void same(String name, CertificateFacts here, CertificateFacts there, Findings found) {
        if (!here.publicKey().equals(there.publicKey())) {
            found.of(Topic.DOMAIN_CERTIFICATE)
                    .add(
                            BLOCKING,
                            "certificate for " + name,
                            "public key " + here.publicKey().substring(0, 16) + "…",
                            "public key " + there.publicKey().substring(0, 16) + "…",
                            "Agents, managed clusters and registries that trust the primary's certificate refuse the"
                                    + " standby's.",
                            "Install one certificate, with its key, at both sites.");
        } else if (!here.names().equals(there.names())) {
            found.of(Topic.DOMAIN_CERTIFICATE)
                    .add(
                            WARNING,
                            "names in the certificate for " + name,
                            String.join(", ", here.names()),
                            String.join(", ", there.names()),
                            "What is called by a name that only one has refuses the other.",
                            "Install one certificate, with its key, at both sites.");
        }
    }

    /** Those that are configured; and DNS names by which nodes and clients know an API server, for they are what is switched. */
    private static Set<String> controlPlaneNames(SiteFacts primary, SiteFacts standby) {
        Set<String> names = new TreeSet<>();
        for (SiteFacts site : List.of(primary, standby)) {
            if (site.controlPlaneNames().isKnown()) {
                names.addAll(site.controlPlaneNames().get());
            }
            if (site.controlPlaneEndpoint().isKnown()) {
                Stream.of(site.controlPlaneEndpoint().get().replaceFirst(":\\d+$", ""))
                        .filter(host ->
                                !host.isEmpty() && !ADDRESS.matcher(host).matches())
                        .forEach(names::add);
            }
        }
        return names;
    }

    private static Fact<CertificateFacts> notCalled() {
        return Fact.unknown("it was not called by this name");
    }

    /** As of the time at which the facts were gathered. */
    private static void dates(Topic topic, String what, CertificateFacts certificate, Side side) {
        Instant now = Instant.parse(side.site().gathered());
        Instant from = Instant.parse(certificate.validFrom());
        Instant until = Instant.parse(certificate.validUntil());
        String subject = "dates of the certificate at " + side.site().site() + ": " + what;
        if (now.isAfter(until) || now.isBefore(from)) {
            side.add(
                    topic,
                    BLOCKING,
                    subject,
                    "valid from " + from + " until " + until,
                    "needs to be valid at " + now,
                    "Every client refuses it.",
                    now.isAfter(until) ? "Have it renewed." : "Put the clocks right, or have it issued anew.");
        } else if (now.plus(SOON).isAfter(until)) {
            side.add(
                    topic,
                    WARNING,
                    subject,
                    "valid until " + until,
                    "should be valid for another " + SOON.toDays() + " days",
                    "After " + until + " every client refuses it.",
                    "Have it renewed.");
        }
    }
}
