package io.drkit.kubernetes.registry;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why a request failed, without what it held. */
final class RegistryFaults {

    private RegistryFaults() {}

    static String reason(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return "its name does not resolve";
            }
            if (cause instanceof SSLException) {
                return "TLS fails; is its certificate signed by a trusted authority, and does the port speak TLS";
            }
        }
        if (failure instanceof ConnectException) {
            return "nothing listens there";
        }
        return failure == null ? "no reason is known" : failure.getClass().getSimpleName();
    }
}
