package io.drkit.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What a server showed in a TLS handshake, whoever signed it, so that what is wrong with it can be told apart. Nothing is sent beyond the handshake.
 *
 * @param connected whether it took a TCP connection
 * @param chain its certificates, its own first; empty if it showed none
 * @param authType how keys were exchanged, as a trust manager is told; empty without a chain
 * @param failure why the connection or the handshake failed; {@code null} if neither did
 */
public record Handshake(
        boolean connected,
        List<X509Certificate> chain,
        String authType,
        @Nullable String failure) {

    public Handshake {
        chain = List.copyOf(chain);
    }

    /**
     * Calls an address. An interrupt ends it.
     *
     * @param address a name or an address
     * @param serverName sent as SNI, unless it is an address, which SNI does not take (RFC 6066, section 3)
     * @param timeout of the connection, and of each reply in the handshake
     */
    public static Handshake with(String address, int port, String serverName, Duration timeout) {
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
            try (SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(plain, serverName, port, true)) {
                if (!isAddress(serverName)) {
                    SSLParameters parameters = tls.getSSLParameters();
                    parameters.setServerNames(List.of(new SNIHostName(serverName)));
                    tls.setSSLParameters(parameters);
                }
                tls.startHandshake();
            }
            return new Handshake(true, List.of(seen.chain), seen.authType, null);
        } catch (IOException | GeneralSecurityException e) {
            return new Handshake(connected, List.of(seen.chain), seen.authType, String.valueOf(e.getMessage()));
        }
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    }

    /** Takes any certificate. */
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
