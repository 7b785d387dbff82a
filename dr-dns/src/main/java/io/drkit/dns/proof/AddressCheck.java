package io.drkit.dns.proof;

import io.drkit.dns.DnsName;
import io.drkit.tls.CertificateNames;
import io.drkit.tls.Handshake;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whether an address answers for a name: TCP, and TLS with the name as SNI; the certificate's names and dates, and who signed it. Nothing is sent beyond
 * the handshake. Thread-safe.
 */
public final class AddressCheck {

    private final int port;
    private final Duration timeout;
    private final Clock clock;
    private final X509TrustManager trusted;

    /**
     * @param port 443, normally
     * @param authority PEM file of the authorities that the certificate is checked against; {@code null} is the JDK's own
     * @param timeout of the connection, and of each reply in the handshake
     * @param clock by which certificates are valid or not
     * @throws IllegalArgumentException when the file cannot be read
     */
    public AddressCheck(int port, @Nullable Path authority, Duration timeout, Clock clock) {
        this.port = port;
        this.timeout = timeout;
        this.clock = clock;
        this.trusted = trust(authority);
    }

    /**
     * Calls one address by one name; a wildcard by its stand-in, {@link DnsName#asked}.
     *
     * @param address an IPv4 or IPv6 address
     */
    public AddressFinding check(DnsName name, String address) {
        DnsName host = name.asked();
        List<String> problems = new ArrayList<>();
        Handshake seen = Handshake.with(address, port, host.ascii(), timeout);
        if (seen.failure() != null) {
            problems.add(
                    seen.connected()
                            ? "It takes connections at port " + port + ", but TLS fails: " + seen.failure() + "."
                            : "It takes no connection at port " + port + ": " + seen.failure() + ".");
        }
        if (seen.chain().isEmpty()) {
            return new AddressFinding(name, address, port, seen.connected(), List.of(), Optional.empty(), problems);
        }
        X509Certificate leaf = seen.chain().get(0);
        List<String> names = CertificateNames.dns(leaf);
        if (names.stream().noneMatch(pattern -> CertificateNames.covers(pattern, host.ascii()))) {
            problems.add("Its certificate is for " + names + ", not for " + host + ".");
        }
        dates(seen.chain(), problems);
        try {
            trusted.checkServerTrusted(seen.chain().toArray(X509Certificate[]::new), seen.authType());
        } catch (CertificateException e) {
            if (problems.isEmpty()) {
                problems.add("Its certificate is not signed by a trusted authority.");
            }
        }
        return new AddressFinding(
                name,
                address,
                port,
                seen.connected(),
                names,
                Optional.of(leaf.getNotAfter().toInstant()),
                problems);
    }

    private void dates(List<X509Certificate> chain, List<String> problems) {
        Instant now = clock.instant();
        for (X509Certificate certificate : chain) {
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                problems.add("Its certificate, or one that it rests on, expired at "
                        + certificate.getNotAfter().toInstant() + ".");
                return;
            }
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                problems.add("Its certificate, or one that it rests on, is not valid before "
                        + certificate.getNotBefore().toInstant() + ".");
                return;
            }
        }
    }

    private static X509TrustManager trust(@Nullable Path authority) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authority == null ? null : store(authority));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    return x509;
                }
            }
            throw new IllegalStateException("This Java has no X.509 trust manager.");
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "Cannot read the authorities in " + authority + ": a PEM file is expected.", e);
        }
    }

    private static KeyStore store(Path authority) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            int i = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + i++, certificate);
            }
        }
        return store;
    }
}
