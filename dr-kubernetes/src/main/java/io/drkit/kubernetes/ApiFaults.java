package io.drkit.kubernetes;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in one sentence why a request to an API server failed, as the exception that tells the caller's next move. */
final class ApiFaults {

    private static final int MESSAGE_AT_MOST = 300;

    private ApiFaults() {}

    /**
     * @param site as messages name it
     * @param verb of RBAC: {@code list}
     * @param what the resource and where it is: {@code pods in namespace shop}
     */
    static DrException translate(String site, String verb, String what, KubernetesClientException e) {
        int code = e.getCode();
        String request = verb + " " + what;
        if (code == 401) {
            return new SiteUnreachableException(
                    site + " does not know who we are (401) and did not let us " + request
                            + ": the token or client certificate of the kubeconfig has expired, or is of another cluster.",
                    e);
        }
        if (code == 403) {
            return new UnsafeToProceedException(
                    site + " does not allow us to " + request + " (403): grant the verb " + verb + "." + said(e));
        }
        if (code == 429 || code >= 500) {
            return new SiteUnreachableException(
                    site + " could not " + request + " now (" + code + "): try again." + said(e), e);
        }
        if (code >= 400) {
            return new UnsafeToProceedException(
                    site + " refused to " + request + " (" + code + "): look at why." + said(e));
        }
        return new SiteUnreachableException(site + " " + reason(e) + ", asked to " + request + ".", e);
    }

    /** Whether a write may have happened nevertheless. */
    static boolean leavesOutcomeOpen(KubernetesClientException e) {
        return e.getCode() < 400 || e.getCode() >= 500;
    }

    private static String reason(Throwable e) {
        if (Thread.currentThread().isInterrupted() || has(e, InterruptedIOException.class)) {
            return "was not waited for, because the call was interrupted";
        }
        if (has(e, CertificateExpiredException.class)) {
            return "shows a certificate that has expired: renew it, or put this machine's clock right";
        }
        if (has(e, CertificateNotYetValidException.class)) {
            return "shows a certificate that is not valid yet: put this machine's clock right";
        }
        SSLException tls = find(e, SSLException.class);
        if (tls != null) {
            return has(e, CertificateException.class)
                            || String.valueOf(tls.getMessage()).contains("certification path")
                    ? "shows a certificate that the kubeconfig's authority did not sign for this address"
                    : "ended the TLS handshake (" + oneLine(tls.getMessage())
                            + "): does the client certificate of the kubeconfig belong to this cluster?";
        }
        if (has(e, UnknownHostException.class) || has(e, UnresolvedAddressException.class)) {
            return "has a name that does not resolve";
        }
        if (has(e, TimeoutException.class) || has(e, HttpTimeoutException.class)) {
            return "did not answer in time";
        }
        if (has(e, ConnectException.class)) {
            return "cannot be connected to: nothing listens there";
        }
        return "could not be asked (" + oneLine(root(e).toString()) + ")";
    }

    /** What the server itself said, which is worth a second sentence; it holds no stored values. */
    private static String said(KubernetesClientException e) {
        String message = e.getStatus() == null ? null : e.getStatus().getMessage();
        return message == null || message.isBlank() ? "" : " It said: " + oneLine(message);
    }

    private static String oneLine(@Nullable String text) {
        // What a webhook says may hold what a terminal obeys.
        String line = String.valueOf(text).replaceAll("[\\s\\p{Cc}]+", " ").strip();
        return line.length() <= MESSAGE_AT_MOST ? line : line.substring(0, MESSAGE_AT_MOST) + "...";
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static boolean has(Throwable e, Class<? extends Throwable> type) {
        return find(e, type) != null;
    }

    private static <T extends Throwable> @Nullable T find(Throwable e, Class<T> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
