package io.drkit.dns.proof;

import io.drkit.dns.DnsName;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
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
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
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
        Seen seen = new Seen();
        boolean connected = false;
        // A channel's socket, unlike a plain one, is closed by an interrupt.
        try (SocketChannel channel = SocketChannel.open()) {
            Socket plain = channel.socket();
            plain.connect(new InetSocketAddress(InetAddress.getByName(address), port), (int) timeout.toMillis());
            connected = true;
            plain.setSoTimeout((int) timeout.toMillis());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {seen}, null);
            try (SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(plain, host.ascii(), port, true)) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(host.ascii())));
                tls.setSSLParameters(parameters);
                tls.startHandshake();
            }
        } catch (IOException | GeneralSecurityException e) {
            problems.add(
                    connected
                            ? "It takes connections at port " + port + ", but TLS fails: " + e.getMessage() + "."
                            : "It takes no connection at port " + port + ": " + e.getMessage() + ".");
        }
        if (seen.chain.length == 0) {
            return new AddressFinding(name, address, port, connected, List.of(), Optional.empty(), problems);
        }
        X509Certificate leaf = seen.chain[0];
        List<String> names = names(leaf);
        if (names.stream().noneMatch(pattern -> covers(pattern, host.ascii()))) {
            problems.add("Its certificate is for " + names + ", not for " + host + ".");
        }
        dates(seen.chain, problems);
        try {
            trusted.checkServerTrusted(seen.chain, seen.authType);
        } catch (CertificateException e) {
            if (problems.isEmpty()) {
                problems.add("Its certificate is not signed by a trusted authority.");
            }
        }
        return new AddressFinding(
                name,
                address,
                port,
                connected,
                names,
                Optional.of(leaf.getNotAfter().toInstant()),
                problems);
    }

    private void dates(X509Certificate[] chain, List<String> problems) {
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

    private static List<String> names(X509Certificate certificate) {
        try {
            List<String> names = new ArrayList<>();
            if (certificate.getSubjectAlternativeNames() != null) {
                for (List<?> entry : certificate.getSubjectAlternativeNames()) {
                    // 2 is dNSName (RFC 5280, section 4.2.1.6). The common name does not count any more (RFC 9525,
                    // section 2).
                    if (Integer.valueOf(2).equals(entry.get(0)) && entry.get(1) instanceof String dns) {
                        names.add(dns.toLowerCase(Locale.ROOT));
                    }
                }
            }
            return names;
        } catch (CertificateException e) {
            return List.of();
        }
    }

    /** A wildcard stands for exactly one label, the first (RFC 9525, section 6.3). */
    private static boolean covers(String pattern, String host) {
        int dot = host.indexOf('.');
        return pattern.equals(host)
                || (pattern.startsWith("*.") && dot > 0 && pattern.substring(1).equals(host.substring(dot)));
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

    /** Takes any certificate, so that what is wrong with it can be told apart afterwards; nothing but the handshake is sent. */
    private static final class Seen implements X509TrustManager {

        private X509Certificate[] chain = {};
        private String authType = "";

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            this.chain = chain.clone();
            this.authType = authType;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("This is a client.");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
