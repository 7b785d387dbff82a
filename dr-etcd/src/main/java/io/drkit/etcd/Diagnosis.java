package io.drkit.etcd;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why an endpoint cannot be used, by connecting to it once more with a plain socket. gRPC shows most of these causes as a timeout or as
 * "io exception"; the socket's own exceptions tell them apart.
 */
final class Diagnosis {

    private static final byte[] HTTP2_PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int SETTINGS = 4;

    /** What a proxy does whose server is down, and what both a TLS port and a plain one do when spoken to in the other way. */
    private static final String HANGS_UP =
            "it ends each connection at once; is something in between, and etcd not running behind it?";

    private final Tls tls;
    private final boolean hasAuthority;
    private final boolean hasCertificate;

    Diagnosis(EtcdConnection connection, Tls tls) {
        this.tls = tls;
        this.hasAuthority = connection.authority() != null;
        this.hasCertificate = connection.certificate() != null;
    }

    /** What is wrong, as the end of a sentence; empty when etcd greets as it should. Takes no longer than {@code timeout}, name resolution aside. */
    Optional<String> of(URI endpoint, Duration timeout) {
        int millis = (int) Math.max(100, timeout.toMillis() / 2);
        boolean encrypted = EtcdConnection.isTls(endpoint);
        try (Socket socket = new Socket()) {
            InetAddress address = InetAddress.getByName(endpoint.getHost());
            socket.connect(new InetSocketAddress(address, endpoint.getPort()), millis);
            socket.setSoTimeout(millis);
            return encrypted
                    ? handshake(endpoint, address, socket, millis)
                    : greetPlainly(endpoint, address, socket, millis);
        } catch (UnknownHostException e) {
            return Optional.of("its host name cannot be resolved");
        } catch (SocketTimeoutException e) {
            return Optional.of("it does not answer; is a firewall in between, or the host down?");
        } catch (ConnectException e) {
            return Optional.of("connection refused; is etcd running there?");
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            return Optional.of(
                    text.startsWith("Connection reset") || text.startsWith("Broken pipe")
                            ? HANGS_UP
                            : "the connection failed: " + text);
        }
    }

    private Optional<String> handshake(URI endpoint, InetAddress address, Socket plain, int millis) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) tls.forSockets().createSocket(plain, endpoint.getHost(), endpoint.getPort(), false)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return greetSecretly(socket);
        } catch (SSLException | SocketException e) {
            if (hungUp(e)) {
                return Optional.of(
                        speaksPlain(endpoint, address, millis)
                                ? "it does not speak TLS; use http:// for it"
                                : HANGS_UP);
            }
            if (e instanceof SSLException tlsFailure) {
                return Optional.of(explain(tlsFailure));
            }
            throw e;
        }
    }

    private Optional<String> greetSecretly(SSLSocket socket) {
        try {
            return greet(socket);
        } catch (SSLException e) {
            return Optional.of(explain(e));
        } catch (IOException e) {
            return Optional.of(hasCertificate ? "it ends the connection after the TLS handshake" : clientCertificate());
        }
    }

    private Optional<String> greetPlainly(URI endpoint, InetAddress address, Socket socket, int millis) {
        try {
            return greet(socket);
        } catch (IOException e) {
            return Optional.of(speaksTls(endpoint, address, millis) ? "it speaks TLS; use https:// for it" : HANGS_UP);
        }
    }

    /** Whether it answers as TLS does, be it content with us or not. */
    private boolean speaksTls(URI endpoint, InetAddress address, int millis) {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, endpoint.getPort()), millis);
            plain.setSoTimeout(millis);
            try (SSLSocket socket =
                    (SSLSocket) tls.forSockets().createSocket(plain, endpoint.getHost(), endpoint.getPort(), false)) {
                socket.startHandshake();
                return true;
            }
        } catch (SSLException e) {
            return !hungUp(e) && !isAnsweredPlainly(e);
        } catch (IOException e) {
            return false;
        }
    }

    private boolean speaksPlain(URI endpoint, InetAddress address, int millis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, endpoint.getPort()), millis);
            socket.setSoTimeout(millis);
            return greet(socket).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private String explain(SSLException e) {
        CertificateExpiredException expired = cause(e, CertificateExpiredException.class);
        if (expired != null) {
            String text = String.valueOf(expired.getMessage());
            return "its certificate has expired"
                    + text.replaceFirst("^NotAfter: ", " on ").replaceFirst("^(?! on ).*", "") + "; renew it";
        }
        if (cause(e, CertificateNotYetValidException.class) != null) {
            return "its certificate is not valid yet; compare the clocks";
        }
        CertPathValidatorException path = cause(e, CertPathValidatorException.class);
        if (cause(e, CertPathBuilderException.class) != null
                || (path != null && path.getReason() != BasicReason.ALGORITHM_CONSTRAINED)) {
            return hasAuthority
                    ? "its certificate is not signed by the CA file that was given"
                    : "its certificate is not trusted; give the CA file that signed it";
        }
        CertificateException wrong = cause(e, CertificateException.class);
        if (wrong != null) {
            return "its certificate does not fit: " + wrong.getMessage();
        }
        if (isAnsweredPlainly(e)) {
            return "it does not speak TLS; use http:// for it";
        }
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("certificate_required") || text.contains("bad_certificate") || text.contains("unknown_ca")) {
            return clientCertificate();
        }
        return "TLS failed: " + e.getMessage();
    }

    private String clientCertificate() {
        return hasCertificate
                ? "it does not accept the client certificate that was given"
                : "it requires a client certificate, and none was given";
    }

    private static boolean isAnsweredPlainly(SSLException e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("plaintext")
                || text.contains("unrecognized ssl message")
                || text.contains("unsupported or unrecognized");
    }

    /** In order or by a reset. */
    private static boolean hungUp(IOException e) {
        return cause(e, EOFException.class) != null || cause(e, SocketException.class) != null;
    }

    /**
     * Greets as HTTP/2 does; etcd answers with a settings frame.
     *
     * @throws IOException when it hangs up
     */
    private static Optional<String> greet(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write(HTTP2_PREFACE);
            socket.getOutputStream().flush();
            byte[] answer = readFrameHeader(socket.getInputStream());
            return answer[3] == SETTINGS
                    ? Optional.empty()
                    : Optional.of("it does not speak plain HTTP/2; if it is etcd with TLS, use https:// for it");
        } catch (SocketTimeoutException e) {
            return Optional.of("it accepts connections, but does not answer; is its process stopped?");
        }
    }

    private static byte[] readFrameHeader(InputStream in) throws IOException {
        byte[] header = in.readNBytes(4);
        if (header.length < 4) {
            throw new EOFException();
        }
        return header;
    }

    private static <T extends Throwable> @Nullable T cause(Throwable of, Class<T> type) {
        for (Throwable t = of; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
